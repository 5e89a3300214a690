// A tap process, an application that watches it, and what both tell.

import { inspect, isDeepStrictEqual } from 'node:util';
import { TapDefinition } from '@syncline/proto/ambassador.ts';
import { TapAdminServiceDefinition, type TapDump } from '@syncline/proto/tap-admin.ts';
import { readMetric } from '@syncline/testkit/metrics.ts';
import { type Service, startService } from '@syncline/testkit/service.ts';
import type { Exit, Settings } from '@syncline/testkit/service-process.ts';
import { ServiceUnderTest } from '@syncline/testkit/service-under-test.ts';
import { until } from '@syncline/testkit/wait.ts';
import type { StreamName } from '@syncline/trench/stream-name.ts';
import { streamMessage } from '@syncline/trench/wire-name.ts';
import { quickSettings } from './settings.ts';
import { type Statuses, type StatusName, WatchHistory } from './watch-history.ts';

/** Where its neighbours are. */
export interface Neighbours {
  readonly nsp: string;
  readonly proxy: string;
}

export class TapUnderTest extends ServiceUnderTest {
  #watch: WatchHistory;
  #slowestMs = 0;

  /** `name` is the target's; two with one name are one target. */
  static async start(name: string, { nsp, proxy }: Neighbours, own: Settings = {}): Promise<TapUnderTest> {
    const settings = quickSettings('tap', { name, nsp, proxy, ...own });
    return new TapUnderTest(await startService({ service: 'tap', settings }), settings);
  }

  private constructor(service: Service, settings: Settings) {
    super(service, settings);
    this.#watch = new WatchHistory(this.connection);
  }

  /** Of the slowest Open or Close, ms. */
  get slowestMs(): number {
    return this.#slowestMs;
  }

  /** What Watch told, from the start of this process. */
  get history(): WatchHistory {
    return this.#watch;
  }

  get statuses(): Statuses {
    return this.#watch.now;
  }

  /** The streams on the first list of a Watch that is opened now. */
  async listed(): Promise<readonly string[]> {
    for await (const { streamStatus } of this.#tap.watch({}))
      return streamStatus.map(({ stream }) => stream?.name ?? '');
    throw new Error('Watch ended without a list');
  }

  open(stream: StreamName): Promise<void> {
    return this.#timed(() => this.#tap.open(streamMessage(stream)));
  }

  close(stream: StreamName): Promise<void> {
    return this.#timed(() => this.#tap.close(streamMessage(stream)));
  }

  /** Waits until Watch lists exactly these, by the streams' own names. */
  shows(statuses: Statuses, deadlineMs = 10_000): Promise<Statuses> {
    return until(() => this.statuses, {
      deadlineMs,
      everyMs: 2,
      describe: `Watch lists ${inspect(statuses)}`,
      accept: (now) => isDeepStrictEqual(now, statuses),
    });
  }

  async dump(): Promise<TapDump> {
    const { dump } = await this.connection.client(TapAdminServiceDefinition).dump({});
    if (dump === undefined) throw new Error('Dump answered without a dump');
    return dump;
  }

  /** Refreshes of targets that the NSP confirmed, of all streams together. */
  refreshes(): Promise<number> {
    return readMetric(this.service.adminPort, 'tap_stream_events_total', { event: 'refreshed' });
  }

  /** Waits until the dump is as wanted. */
  dumps(describe: string, accept: (dump: TapDump) => boolean, deadlineMs = 10_000): Promise<TapDump> {
    return until(() => this.dump(), { deadlineMs, everyMs: 10, describe, accept });
  }

  /** Waits until nothing is left of any conduit. */
  idle(deadlineMs?: number): Promise<TapDump> {
    return this.dumps('no trench in use', ({ trench }) => trench === '', deadlineMs);
  }

  /** Waits until a stream is not open for this reason. */
  async isNotOpen({ stream }: StreamName, reason: RegExp): Promise<void> {
    await this.dumps(`${stream} not open: ${reason}`, ({ streams }) =>
      streams.some(({ name, reason: given }) => name === stream && reason.test(given)),
    );
  }

  /** Waits until the process has logged this. */
  async logs(message: string, deadlineMs = 5_000): Promise<void> {
    await until(() => this.service.logs.some((line) => line.includes(message)), {
      deadlineMs,
      everyMs: 2,
      describe: `"${message}" in the log`,
    });
  }

  /** SIGTERM, and how it ended. */
  stop(): Promise<Exit> {
    return this.service.stop();
  }

  override async restart(changes: Settings = {}): Promise<void> {
    await this.#watch[Symbol.asyncDispose]();
    await super.restart(changes);
    this.#watch = new WatchHistory(this.connection);
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    await this.#watch[Symbol.asyncDispose]();
    await super[Symbol.asyncDispose]();
  }

  get #tap() {
    return this.connection.client(TapDefinition);
  }

  async #timed(rpc: () => Promise<unknown>): Promise<void> {
    const beganMs = performance.now();
    await rpc();
    this.#slowestMs = Math.max(this.#slowestMs, performance.now() - beganMs);
  }
}

/** All streams with one status. */
export function all(streams: readonly StreamName[], status: StatusName): Statuses {
  return Object.fromEntries(streams.map(({ stream }) => [stream, status]));
}
