// A proxy process and the ipam that it asks, each with clients for what it serves.

import {
  type ConnectionEvent,
  ConnectionEventType,
  type Connection as ConnectionMessage,
  MonitorConnectionDefinition,
  type MonitorScopeSelector,
} from '@syncline/proto/connection.ts';
import { IpamAdminServiceDefinition } from '@syncline/proto/ipam-admin.ts';
import { NetworkServiceDefinition } from '@syncline/proto/networkservice.ts';
import { type Fault, ProxyAdminServiceDefinition, type StatusResponse } from '@syncline/proto/proxy-admin.ts';
import { connect } from '@syncline/rpc/connect.ts';
import { type Service, startService } from '@syncline/testkit/service.ts';
import type { Settings } from '@syncline/testkit/service-process.ts';
import { ServiceUnderTest } from '@syncline/testkit/service-under-test.ts';
import { until } from '@syncline/testkit/wait.ts';
import { requestMessage, trench } from '../../services/proxy/src/world/request.fixture.ts';

/** Short waits, so that what is retried is so within a test. */
const quick: Settings = {
  trench,
  conduits: 'edge,core',
  retry: '50ms',
  retryMax: '200ms',
  ipamDeadline: '1s',
};

export class ProxyUnderTest extends ServiceUnderTest {
  readonly ipam: Service;

  /** A proxy of conduits edge and core of trench t, and an ipam that makes conduits when they are asked for. */
  static async start(settings: Settings = {}, dataDir?: string): Promise<ProxyUnderTest> {
    const ipam = await startService({ service: 'ipam', settings: { releaseDelay: '0ms' } });
    const all = { ...quick, ipam: ipam.address, ...settings };
    try {
      return new ProxyUnderTest(ipam, await startService({ service: 'proxy', settings: all, dataDir }), all);
    } catch (error) {
      await ipam[Symbol.asyncDispose]();
      throw error;
    }
  }

  private constructor(ipam: Service, service: Service, settings: Settings) {
    super(service, settings, { reconnect: { initialMs: 50, maxMs: 200 } });
    this.ipam = ipam;
  }

  get networkService() {
    return this.connection.client(NetworkServiceDefinition);
  }

  get monitor() {
    return this.connection.client(MonitorConnectionDefinition);
  }

  get admin() {
    return this.connection.client(ProxyAdminServiceDefinition);
  }

  /** Asks for a target's connection as a tap does, with what it was answered before as a start. */
  request(
    target: string,
    conduit = 'edge',
    change?: (connection: ConnectionMessage) => Partial<ConnectionMessage>,
    known?: ConnectionMessage,
    deadlineMs = 10_000,
  ): Promise<ConnectionMessage> {
    return this.networkService.request(requestMessage(target, conduit, change, known), { deadlineMs });
  }

  close(target: string, conduit = 'edge', deadlineMs = 10_000): Promise<unknown> {
    const { connection } = requestMessage(target, conduit);
    return this.networkService.close(connection ?? {}, { deadlineMs });
  }

  /** Watches; the watch ends when it is disposed of. */
  watch(selector: Parameters<typeof this.monitor.monitorConnections>[0] = {}): Watch {
    return new Watch((signal) => this.monitor.monitorConnections(selector, { signal }));
  }

  setFault(kind: Fault['kind'], conduit?: string): Promise<unknown> {
    return this.admin.setFault({
      fault: { kind },
      conduit: conduit === undefined ? undefined : { trench, conduit },
    });
  }

  /** Waits until the status is as wanted, and gives it. */
  becomes(describe: string, accept: (status: StatusResponse) => boolean): Promise<StatusResponse> {
    return until(() => this.admin.status({}), { deadlineMs: 10_000, describe, accept });
  }

  /** Waits until there are bridge addresses. */
  async ready(): Promise<this> {
    await until(() => this.readiness(), {
      deadlineMs: 10_000,
      describe: 'ready',
      accept: ({ ready }) => ready,
    });
    return this;
  }

  /** The addresses that the ipam has given out to a conduit, IPv4 first, by node and name of the child. */
  async allocated(conduit = 'edge'): Promise<Map<string, readonly string[]>> {
    using connection = connect(this.ipam.address, { security: { kind: 'plaintext' } });
    const { prefixes } = await connection.client(IpamAdminServiceDefinition).status({});
    const given = prefixes
      .filter((each) => each.conduit === conduit && each.name !== '')
      .map(({ node, name, prefix }) => ({ key: `${node} ${name}`, address: prefix.split('/', 1)[0] ?? '' }))
      .toSorted((a, b) => Number(a.address.includes(':')) - Number(b.address.includes(':')));
    return new Map(
      given.map(({ key }) => [key, given.filter((each) => each.key === key).map(({ address }) => address)]),
    );
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    await super[Symbol.asyncDispose]();
    await this.ipam[Symbol.asyncDispose]();
  }
}

/** A MonitorConnections stream, read by hand. */
export class Watch implements Disposable {
  readonly #leave = new AbortController();
  readonly #events: AsyncIterator<ConnectionEvent>;
  #next: Promise<IteratorResult<ConnectionEvent>> | undefined;

  constructor(open: (signal: AbortSignal) => AsyncIterable<ConnectionEvent>) {
    this.#events = open(this.#leave.signal)[Symbol.asyncIterator]();
  }

  /** The next event: its type, and its connections by id. Rejects with the stream's error. */
  async next(): Promise<{ readonly type: string; readonly connections: readonly ConnectionMessage[] }> {
    this.#next ??= this.#events.next();
    const result = await this.#next;
    this.#next = undefined;
    if (result.done === true) throw new Error('the watch has ended');
    const { type, connections } = result.value;
    return { type: typeName(type), connections: Object.values(connections) };
  }

  /** Whether nothing comes for so long; what comes later is still read. */
  async isSilent(ms: number): Promise<boolean> {
    this.#next ??= this.#events.next();
    const silence = new Promise<'silence'>((resolve) => setTimeout(() => resolve('silence'), ms));
    return (await Promise.race([this.#next, silence])) === 'silence';
  }

  [Symbol.dispose](): void {
    this.#next?.catch(() => {});
    this.#leave.abort();
  }
}

/** What a watcher that wants one connection asks for. */
export function hops(...ids: string[]): Pick<MonitorScopeSelector, 'pathSegments'> {
  return { pathSegments: ids.map((id) => ({ name: '', id, token: '', expires: undefined, metrics: {} })) };
}

function typeName(type: ConnectionEventType): string {
  return Object.entries(ConnectionEventType).find(([, value]) => value === type)?.[0] ?? String(type);
}
