// For tests of the northbound service: gnmi.gNMI served on a real port, with the core in this thread.

import { toProto } from '@syncline/gnmi/path-proto.ts';
import { parsePath } from '@syncline/gnmi/path-text.ts';
import { gNMIDefinition, type Path } from '@syncline/proto/gnmi.ts';
import { type Connection, connect } from '@syncline/rpc/connect.ts';
import { roomyLimits, serveForTest } from '@syncline/rpc/serve.fixture.ts';
import { parseSettings } from '@syncline/rpc/settings.ts';
import { systemClock } from '@syncline/runtime/clock.ts';
import { Fanout } from '../../northbound/fanout.ts';
import { type NorthboundLimits, northboundLimits, northboundSettings } from '../../northbound/limits.ts';
import { gnmiBindings } from '../gnmi.ts';
import { LocalCore } from './local-core.ts';

/** The limits that apply when nothing is set. */
export const defaultLimits: NorthboundLimits = northboundLimits(
  parseSettings({}, { service: 'test', table: northboundSettings }),
);

export interface Northbound extends AsyncDisposable {
  readonly core: LocalCore;
  readonly fanout: Fanout;
  readonly connection: Connection;
  readonly address: string;
  readonly gnmi: ReturnType<typeof gnmiClient>;
  /** The device of r1 changes these leaves; each value is a new integer. */
  set(paths: readonly string[], value: bigint): void;
  remove(paths: readonly string[]): void;
}

/** Serves `datastores` datastores. */
export async function startNorthbound(
  datastores = 1,
  changed: Partial<NorthboundLimits> = {},
): Promise<Northbound> {
  const limits = { ...defaultLimits, ...changed };
  const core = new LocalCore(datastores);
  const fanout = new Fanout(core, limits, systemClock);
  core.subscribers = fanout;
  const server = await serveForTest(
    gnmiBindings({ served: () => core.served, core, fanout, limits, clock: systemClock }),
    { limits: { ...roomyLimits, maxReceiveBytes: 1 << 16 } },
  );
  const address = `127.0.0.1:${server.port}`;
  const connection = connect(address, { security: { kind: 'plaintext' } });
  return {
    core,
    fanout,
    connection,
    address,
    gnmi: gnmiClient(connection),
    set: (paths, value) =>
      core.ingest(1, {
        response: {
          $case: 'update',
          value: {
            timestamp: systemClock.now(),
            update: paths.map((path) => ({ path: pathOf(path), val: { value: { $case: 'intVal', value } } })),
          },
        },
      }),
    remove: (paths) =>
      core.ingest(1, {
        response: { $case: 'update', value: { timestamp: systemClock.now(), delete: paths.map(pathOf) } },
      }),
    async [Symbol.asyncDispose]() {
      connection[Symbol.dispose]();
      fanout[Symbol.dispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** A path of the wire from its text. */
export function pathOf(text: string): Path {
  return toProto(parsePath(text));
}

function gnmiClient(connection: Connection) {
  return connection.client(gNMIDefinition);
}
