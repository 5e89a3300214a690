// A trench: an NSP, an ipam and the proxy of one node, each a process of its own, which end with their scope.

import { type Target, Target_Status } from '@syncline/proto/nsp-targetregistry.ts';
import { type ConnectionStatus, ProxyAdminServiceDefinition } from '@syncline/proto/proxy-admin.ts';
import type { Connection } from '@syncline/rpc/connect.ts';
import { type Service, startService } from '@syncline/testkit/service.ts';
import type { StreamName } from '@syncline/trench/stream-name.ts';
import { LossError } from '../loss-error.ts';
import { conduitName, streamsOf } from './names.ts';
import { Nsp, plainConnection } from './nsp.ts';

export class Trench implements AsyncDisposable {
  readonly nsp: Nsp;
  readonly signal: AbortSignal;
  readonly #proxy: Service;
  readonly #line: Connection;
  readonly #stack: AsyncDisposableStack;

  private constructor(
    parts: { readonly nsp: Nsp; readonly proxy: Service; readonly line: Connection },
    stack: AsyncDisposableStack,
    signal: AbortSignal,
  ) {
    this.nsp = parts.nsp;
    this.#proxy = parts.proxy;
    this.#line = parts.line;
    this.#stack = stack;
    this.signal = signal;
  }

  /** Starts one with `streams` streams, in one conduit. */
  static async start(streams: number, signal: AbortSignal): Promise<Trench> {
    await using stack = new AsyncDisposableStack();
    const nsp = stack.use(await Nsp.start(streamsOf(streams), signal));
    const ipam = stack.use(await startService({ service: 'ipam' }));
    const env = {
      SYNCLINE_PROXY_TRENCH: conduitName.trench,
      SYNCLINE_PROXY_CONDUITS: conduitName.conduit,
      SYNCLINE_PROXY_IPAM: ipam.address,
    };
    const proxy = stack.use(await startService({ service: 'proxy', env }));
    const line = stack.use(plainConnection(proxy.address));
    return new Trench({ nsp, proxy, line }, stack.move(), signal);
  }

  /** Where the proxy is, host:port. */
  get proxy(): string {
    return this.#proxy.address;
  }

  /** The proxy gives other addresses to all that are connected. */
  async changeSubnet(): Promise<void> {
    await this.#admin.changeSubnet({ conduit: conduitName }, { signal: this.signal });
  }

  /**
   * Throws LossError unless the registry has exactly one target for each of the streams, ENABLED, with the addresses of
   * the one connection that the proxy has; and nothing, nor a connection, when there is no stream.
   */
  async check(streams: readonly StreamName[]): Promise<void> {
    const [targets, { connections }] = await Promise.all([
      this.nsp.registry.list(),
      this.#admin.status({}, { signal: this.signal }),
    ]);
    const problem = problemOf(targets, connections, streams);
    if (problem !== undefined) throw new LossError(problem);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync();
  }

  get #admin() {
    return this.#line.client(ProxyAdminServiceDefinition);
  }
}

function problemOf(
  targets: readonly Target[],
  connections: readonly ConnectionStatus[],
  streams: readonly StreamName[],
): string | undefined {
  const wanted = streams.length > 0 ? 1 : 0;
  if (connections.length !== wanted) return `the proxy has ${connections.length} connections, not ${wanted}`;
  const registered = new Set(targets.map(({ stream }) => stream?.name));
  if (targets.length !== streams.length || streams.some(({ stream }) => !registered.has(stream))) {
    return `the registry has ${targets.length} targets of ${registered.size} streams, not of ${streams.length}`;
  }
  const own = (connections[0]?.srcIps ?? []).filter((ip) => !connections[0]?.vips.includes(ip));
  const ips = own.toSorted().join(' ');
  const bad = targets.find(
    (target) => target.status !== Target_Status.ENABLED || target.ips.toSorted().join(' ') !== ips,
  );
  return bad && `the target of ${bad.stream?.name} is not ENABLED with ${ips}: ${JSON.stringify(bad)}`;
}
