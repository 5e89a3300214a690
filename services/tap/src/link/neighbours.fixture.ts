// An NSP and a proxy that do as a test says, behind real gRPC, and the lines of a tap to them.

import { PassThrough } from 'node:stream';
import {
  type ConnectionEvent,
  MonitorConnectionDefinition,
  type Connection as WireConnection,
} from '@syncline/proto/connection.ts';
import { NetworkServiceDefinition, type NetworkServiceRequest } from '@syncline/proto/networkservice.ts';
import { ConfigurationManagerDefinition } from '@syncline/proto/nsp-configurationmanager.ts';
import {
  type Target,
  TargetRegistryDefinition,
  type TargetResponse,
} from '@syncline/proto/nsp-targetregistry.ts';
import { implement } from '@syncline/rpc/binding.ts';
import { serve } from '@syncline/rpc/serve.ts';
import { systemClock as clock } from '@syncline/runtime/clock.ts';
import { Liveness } from '@syncline/runtime/liveness.ts';
import { createLogger } from '@syncline/telemetry/logger.ts';
import { createMetrics } from '@syncline/telemetry/metrics.ts';
import type { TargetWrite } from '../ports.ts';
import { Inbox } from './inbox.ts';
import { type Neighbours, openNeighbours } from './neighbours.ts';

/** The conduit that all tests use. */
export const edge = { trench: 'demo', conduit: 'edge' };

/** A stream of it. */
export const web = { ...edge, stream: 'web' };

/** A target of that stream, as the tap writes it. */
export const target: TargetWrite = {
  stream: web,
  ips: ['172.16.0.5/24', 'fd00::5/64'],
  identifier: 7,
  status: 'enabled',
};

/** The first Request for a connection to it. */
export const fresh = { conduit: edge, basis: undefined, reselect: false, addresses: undefined };

type Configuration = Parameters<typeof implement<typeof ConfigurationManagerDefinition>>[1];

/** What the scripted neighbours do; what is left out never answers. */
export interface Script {
  register?(target: Target): Promise<void>;
  unregister?(target: Target): Promise<void>;
  targets?(filter: Target): AsyncIterable<TargetResponse>;
  readonly watchStream?: Configuration['watchStream'];
  readonly watchFlow?: Configuration['watchFlow'];
  request?(request: NetworkServiceRequest): Promise<WireConnection>;
  close?(connection: WireConnection): Promise<void>;
  monitor?(ids: readonly string[]): AsyncIterable<ConnectionEvent>;
}

export interface ScriptedNeighbours extends AsyncDisposable {
  readonly lines: Neighbours;
  readonly inbox: Inbox;
  /** What was said that is no sense. */
  readonly refused: readonly string[];
}

/** Serves the script for the trench `demo`, of which the tap is `target-1` on `node-1`. */
export async function scripted(script: Script): Promise<ScriptedNeighbours> {
  await using stack = new AsyncDisposableStack();
  const stop = new AbortController();
  const configuration = implement(ConfigurationManagerDefinition, {
    watchTrench: silent,
    watchConduit: silent,
    watchStream: script.watchStream ?? silent,
    watchFlow: script.watchFlow ?? silent,
    watchVip: silent,
    watchAttractor: silent,
    watchGateway: silent,
  });
  const registry = implement(TargetRegistryDefinition, {
    register: async (target) => {
      await (script.register?.(target) ?? never());
      return {};
    },
    unregister: async (target) => {
      await (script.unregister?.(target) ?? never());
      return {};
    },
    watch: (filter, context) => script.targets?.(filter) ?? silent(filter, context),
  });
  const proxy = implement(NetworkServiceDefinition, {
    request: (request) => script.request?.(request) ?? never(),
    close: async (connection) => {
      await (script.close?.(connection) ?? never());
      return {};
    },
  });
  const monitor = implement(MonitorConnectionDefinition, {
    monitorConnections: (selector, context) =>
      script.monitor?.(selector.pathSegments.map(({ id }) => id)) ?? silent(selector, context),
  });
  const server = stack.use(
    await serve({
      service: 'neighbours',
      listen: { host: '127.0.0.1', port: 0 },
      admin: undefined,
      bindings: [configuration, registry, proxy, monitor],
      stop: stop.signal,
      logger: createLogger({
        service: 'test',
        instance: 'test',
        level: 'silent',
        destination: new PassThrough(),
      }),
      limits: { maxReceiveBytes: 64 << 10, drainMs: 50, defaultDeadlineMs: 60_000 },
      readiness: () => ({ ready: true }),
      liveness: new Liveness(clock),
      reflection: false,
      metrics: createMetrics('test'),
    }),
  );
  stack.defer(() => stop.abort());
  const refused: string[] = [];
  const inbox = new Inbox((error) => refused.push(error.message));
  const address = `127.0.0.1:${server.port}`;
  const lines = stack.use(
    openNeighbours(
      {
        nsp: address,
        proxy: address,
        client: { name: 'target-1', node: 'node-1', namespace: 'default' },
        callsPerConduit: 8,
        connect: { security: { kind: 'plaintext' } },
      },
      'demo',
      clock,
      inbox,
    ),
  );
  const owned = stack.move();
  return { lines, inbox, refused, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** A stream of these messages, which then stays open. */
export async function* staying<T>(...messages: T[]): AsyncGenerator<T> {
  yield* messages;
  await never();
}

function never(): Promise<never> {
  return new Promise(() => undefined);
}

// oxlint-disable-next-line require-yield -- it has nothing to say
async function* silent(_: unknown, { signal }: { readonly signal: AbortSignal }): AsyncGenerator<never> {
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}
