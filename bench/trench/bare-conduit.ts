// A conduit by bare calls: its watches, its connection, and a target for each stream, all with the connection's
// addresses. When the proxy gives others, the targets are registered anew.

import {
  ConnectionEventType,
  MonitorConnectionDefinition,
  Connection as WireConnection,
} from '@syncline/proto/connection.ts';
import { NetworkServiceDefinition } from '@syncline/proto/networkservice.ts';
import { ConfigurationManagerDefinition } from '@syncline/proto/nsp-configurationmanager.ts';
import { type Target, Target_Status } from '@syncline/proto/nsp-targetregistry.ts';
import type { Connection } from '@syncline/rpc/connect.ts';
import { connectionId, printNetworkService } from '@syncline/trench/network-service.ts';
import type { StreamName } from '@syncline/trench/stream-name.ts';
import { conduitMessage } from '@syncline/trench/wire-name.ts';
import { conduitName } from './names.ts';
import { plainConnection } from './nsp.ts';
import { Registry, targetOf } from './registry.ts';
import type { Trench } from './trench.ts';

const name = 'bench';
const networkService = printNetworkService({ ...conduitName, namespace: 'default' });
const segment = { name, id: connectionId(name, networkService) };

export class BareConduit implements Disposable {
  readonly #nsp: Connection;
  readonly #proxy: Connection;
  readonly #registry: Registry;
  readonly #leave = new AbortController();
  readonly #signal: AbortSignal;
  readonly #targets = new Map<StreamName, Target>();
  #connection: WireConnection | undefined;
  #moving: Promise<unknown> = Promise.resolve();

  constructor({ nsp, proxy, signal }: Trench) {
    this.#signal = AbortSignal.any([signal, this.#leave.signal]);
    this.#nsp = plainConnection(nsp.address);
    this.#proxy = plainConnection(proxy);
    this.#registry = new Registry(this.#nsp, this.#signal);
  }

  /** Opens the watches and, when each has told what there is, the connection. */
  async connect(): Promise<void> {
    const configuration = this.#nsp.client(ConfigurationManagerDefinition);
    const monitor = this.#proxy.client(MonitorConnectionDefinition);
    const options = { signal: this.#signal };
    const conduit = conduitMessage(conduitName);
    await Promise.all([
      follow(configuration.watchStream({ conduit }, options)),
      follow(configuration.watchFlow({ stream: { conduit } }, options)),
      follow(monitor.monitorConnections({ pathSegments: [segment] }, options), ({ type, connections }) => {
        if (type === ConnectionEventType.UPDATE) this.#told(Object.values(connections));
      }),
    ]);
    this.#connection = await this.#proxy
      .client(NetworkServiceDefinition)
      .request(
        { connection: asked(), mechanismPreferences: [{ cls: 'LOCAL', type: 'KERNEL', parameters: {} }] },
        options,
      );
  }

  /** The list, DISABLED with a free identifier, the list that would show another with the same, ENABLED. */
  async register(stream: StreamName): Promise<void> {
    const identifier = lowestFree(await this.#registry.list(stream));
    const target = targetOf(stream, ownIps(this.#connection), identifier, 'disabled');
    this.#targets.set(stream, target);
    await this.#registry.register(target);
    await this.#registry.list(stream);
    await this.#registry.register({ ...target, status: Target_Status.ENABLED });
  }

  /** Unregisters all and closes the connection. */
  async close(): Promise<void> {
    await this.settled();
    await Promise.all(Array.from(this.#targets.values(), (target) => this.#registry.unregister(target)));
    await this.#proxy.client(NetworkServiceDefinition).close(asked(), { signal: this.#signal });
  }

  /** Resolves when what followed from the last change of addresses is done, or rejects with why it failed. */
  async settled(): Promise<void> {
    await this.#moving;
  }

  [Symbol.dispose](): void {
    this.#leave.abort();
    this.#nsp[Symbol.dispose]();
    this.#proxy[Symbol.dispose]();
  }

  #told(connections: readonly WireConnection[]): void {
    const connection = connections.find(({ path }) => path?.pathSegments[0]?.id === segment.id);
    if (connection === undefined || ownIps(connection).join() === ownIps(this.#connection).join()) return;
    this.#connection = connection;
    this.#moving = Promise.all(Array.from(this.#targets, ([stream, target]) => this.#move(stream, target)));
    this.#moving.catch(() => {}); // settled() tells
  }

  async #move(stream: StreamName, target: Target): Promise<void> {
    await this.#registry.unregister(target);
    await this.register(stream);
  }
}

function asked(): WireConnection {
  return WireConnection.fromPartial({
    id: segment.id,
    networkService,
    payload: 'ETHERNET',
    labels: { nodeName: name },
    path: { index: 0, pathSegments: [segment] },
  });
}

/** It never asks for VIPs, so all that it has are its own. */
function ownIps(connection: WireConnection | undefined): readonly string[] {
  return (connection?.context?.ipContext?.srcIpAddrs ?? []).toSorted();
}

function lowestFree(targets: readonly Target[]): number {
  const taken = new Set(targets.map(({ context }) => Number(context['identifier'])));
  let identifier = 1;
  while (taken.has(identifier)) identifier++;
  return identifier;
}

/** Resolves with the first message, and goes on reading; a stream that ends later shows in what is missing. */
function follow<Message>(
  messages: AsyncIterable<Message>,
  told: (message: Message) => void = () => {},
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const read = async () => {
    for await (const message of messages) {
      told(message);
      resolve();
    }
    throw new Error('a watch ended');
  };
  read().catch(reject);
  return promise;
}
