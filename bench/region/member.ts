// One region syncer, leader or follower, as a process of its own.

import { fileURLToPath } from 'node:url';
import { type DigestResponse, RegionServiceDefinition, type RegionStatus } from '@syncline/proto/region.ts';
import { type Connection, connect } from '@syncline/rpc/connect.ts';
import { type Service, startService } from '@syncline/testkit/service.ts';
import { until } from '@syncline/testkit/wait.ts';
import { type ProcessUsage, usageOf } from '../process-usage.ts';
import { monotonicMs } from '../workload/stamp.ts';
import type { Ages } from './ages.ts';
import { clusterId } from './layout.ts';

const timedMain = fileURLToPath(new URL('./timed-member.ts', import.meta.url));
const loadingMs = 120_000;
const lookMs = 5;

export type MemberSettings =
  | { readonly role: 'leader' }
  | { readonly role: 'follower'; readonly name: string; readonly leader: string; readonly timed: boolean };

/** What a status has to be, and for how long that is waited for. */
export interface Becoming {
  readonly describe: string;
  readonly accept: (status: RegionStatus) => boolean;
  readonly deadlineMs: number;
}

export class Member implements AsyncDisposable {
  readonly name: string;
  #service: Service;
  #connection: Connection;

  private constructor(name: string, service: Service) {
    this.name = name;
    this.#service = service;
    this.#connection = connectionTo(service);
  }

  /** Starts one that serves when this resolves, and may still load. */
  static async start(settings: MemberSettings): Promise<Member> {
    const { role } = settings;
    const env = {
      SYNCLINE_REGION_SYNCER_ROLE: role,
      SYNCLINE_REGION_SYNCER_CLUSTER_ID: String(clusterId),
      ...(role === 'follower' && {
        SYNCLINE_REGION_SYNCER_NAME: settings.name,
        SYNCLINE_REGION_SYNCER_LEADER: settings.leader,
      }),
    };
    const timed = role === 'follower' && settings.timed;
    const service = await startService({ service: 'region-syncer', env, ...(timed && { main: timedMain }) });
    return new Member(role === 'follower' ? settings.name : role, service);
  }

  /** host:port, also after a restart. */
  get address(): string {
    return this.#service.address;
  }

  /** For typed calls; another one after a restart. */
  get connection(): Connection {
    return this.#connection;
  }

  async status(): Promise<RegionStatus> {
    const { status } = await this.#connection.client(RegionServiceDefinition).status({});
    if (status === undefined) throw new Error(`${this.name} answers without a status`);
    return status;
  }

  digest(): Promise<DigestResponse> {
    return this.#connection.client(RegionServiceDefinition).digest({});
  }

  /** Waits for a status; when it was seen, see monotonicMs. */
  async becomes({ describe, accept, deadlineMs }: Becoming): Promise<number> {
    await until(() => this.status(), {
      deadlineMs,
      everyMs: lookMs,
      describe: `${this.name} ${describe}`,
      accept,
    });
    return monotonicMs();
  }

  /** Undefined where there is no /proc. */
  usage(): Promise<ProcessUsage | undefined> {
    return usageOf(this.#service.pid);
  }

  /** Of the changes since this was asked last; rejects when the member is not timed. */
  async ages(): Promise<Ages> {
    const port = this.#service.logs.map((line) => /^\{"stopwatch":(\d+)\}$/.exec(line)?.[1]).find(Boolean);
    if (port === undefined) throw new Error(`${this.name} has no stopwatch`);
    const response = await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(5_000) });
    return (await response.json()) as Ages;
  }

  /** Stops the process as a hung machine would. */
  freeze(): void {
    this.#service.kill('SIGSTOP');
  }

  /** Lets it go on; when that was, see monotonicMs. */
  thaw(): number {
    this.#service.kill('SIGCONT');
    return monotonicMs();
  }

  /** Ends the process in its ordinary way. */
  async stop(): Promise<void> {
    await this.#service.stop();
  }

  /** Ends the process with SIGKILL. */
  async kill(): Promise<void> {
    this.#service.kill('SIGKILL');
    await this.#service.exited;
  }

  /** Starts the process again on its data and port; it serves when this resolves, and may still load. */
  async startAgain(): Promise<void> {
    this.#connection[Symbol.dispose]();
    this.#service = await this.#service.restart({ deadlineMs: loadingMs });
    this.#connection = connectionTo(this.#service);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#connection[Symbol.dispose]();
    await this.kill();
    await this.#service[Symbol.asyncDispose]();
  }
}

function connectionTo({ address }: Service): Connection {
  return connect(address, { security: { kind: 'plaintext' }, maxReceiveBytes: -1 });
}
