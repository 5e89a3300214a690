// A load balancer process with clients for its services, following an NSP at some address.

import {
  type LoadBalancerServiceClient,
  LoadBalancerServiceDefinition,
  type LoadBalancerStats,
  type LookupResponse,
  type Packet,
  type StreamStats,
} from '@syncline/proto/loadbalancer-admin.ts';
import { StreamAvailabilityServiceDefinition } from '@syncline/proto/loadbalancer-v1.ts';
import { type Connection, connect, type DeadlineOption } from '@syncline/rpc/connect.ts';
import { type Service, startService } from '@syncline/testkit/service.ts';
import { until } from '@syncline/testkit/wait.ts';

type Env = Readonly<Record<string, string>>;

/** A TCP packet from somewhere to the VIP of `web`. */
export const webPacket: Packet = {
  sourceIp: '10.0.0.1',
  destinationIp: '20.0.0.1',
  protocol: 'tcp',
  sourcePort: 40_000,
  destinationPort: 80,
  payload: new Uint8Array(),
};

export class LoadBalancerUnderTest implements AsyncDisposable {
  readonly service: Service;
  readonly connection: Connection;
  readonly client: LoadBalancerServiceClient<DeadlineOption>;

  constructor(service: Service) {
    this.service = service;
    this.connection = connect(service.address, { security: { kind: 'plaintext' }, maxReceiveBytes: -1 });
    this.client = this.connection.client(LoadBalancerServiceDefinition);
  }

  /** Starts one; it retries often, so that tests need not wait. */
  static async start(nsp: string, env: Env = {}): Promise<LoadBalancerUnderTest> {
    const settings = {
      SYNCLINE_LOAD_BALANCER_NSP: nsp,
      SYNCLINE_LOAD_BALANCER_RETRY: '50ms',
      SYNCLINE_LOAD_BALANCER_RETRY_MAX: '200ms',
      ...env,
    };
    return new LoadBalancerUnderTest(await startService({ service: 'load-balancer', env: settings }));
  }

  /** Where a packet to the conduit `edge` of the trench `demo` goes. */
  lookup(packet: Partial<Packet> = {}, conduit = 'edge'): Promise<LookupResponse> {
    return this.client.lookup({ trench: 'demo', conduit, packet: { ...webPacket, ...packet } });
  }

  /** The identifiers that packets of this many source ports reach. */
  async identifiers(ports: number): Promise<number[]> {
    const answers = Array.from({ length: ports }, async (_, i) => {
      const { outcome } = await this.lookup({ sourcePort: 10_000 + i });
      return outcome?.$case === 'forwarded' ? outcome.value.identifier : 0;
    });
    return Promise.all(answers);
  }

  async stats(): Promise<LoadBalancerStats> {
    const { stats } = await this.client.stats({});
    if (stats === undefined) throw new Error('Stats answered without statistics');
    return stats;
  }

  async stream(name: string): Promise<StreamStats> {
    const stream = (await this.stats()).streams.find((each) => each.name === name);
    if (stream === undefined) throw new Error(`there is no stream ${name}`);
    return stream;
  }

  /** Waits until a stream has these identifiers. */
  hasTargets(name: string, identifiers: readonly number[]): Promise<readonly number[]> {
    return until(async () => (await this.stream(name)).targets.map(({ identifier }) => identifier), {
      deadlineMs: 15_000,
      describe: `the targets ${identifiers.join(', ')} of ${name}`,
      accept: (present) => present.join() === identifiers.join(),
    });
  }

  /** The identifiers of a stream's targets, now and after each change. */
  async *watchedTargets(name: string, signal: AbortSignal): AsyncGenerator<readonly number[], undefined> {
    for await (const { stats } of this.client.watchStats({ intervalMs: 100 }, { signal })) {
      const stream = stats?.streams.find((each) => each.name === name);
      yield stream?.targets.map(({ identifier }) => identifier) ?? [];
    }
  }

  /** The names of the streams that have a target, each time that they change. */
  async *available(signal: AbortSignal): AsyncGenerator<readonly string[], undefined> {
    const client = this.connection.client(StreamAvailabilityServiceDefinition);
    for await (const { targets } of client.watch({}, { signal })) {
      yield targets.map(
        ({ stream }) => `${stream?.name}.${stream?.conduit?.name}.${stream?.conduit?.trench?.name}`,
      );
    }
  }

  isReady(): Promise<unknown> {
    return until(() => this.service.readiness(), {
      deadlineMs: 15_000,
      describe: 'a load balancer that is ready',
      accept: ({ ready }) => ready,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.connection[Symbol.dispose]();
    await this.service[Symbol.asyncDispose]();
  }
}
