// A tap process, an application that watches it, and what both tell. It may be killed and started again.

import { inspect, isDeepStrictEqual } from 'node:util';
import { TapDefinition } from '@syncline/proto/ambassador.ts';
import { TapAdminServiceDefinition, type TapDump } from '@syncline/proto/tap-admin.ts';
import { type Connection, connect } from '@syncline/rpc/connect.ts';
import { readMetric } from '@syncline/testkit/metrics.ts';
import { type Service, startService } from '@syncline/testkit/service.ts';
import type { Exit } from '@syncline/testkit/service-process.ts';
import { until } from '@syncline/testkit/wait.ts';
import type { StreamName } from '@syncline/trench/stream-name.ts';
import { streamMessage } from '@syncline/trench/wire-name.ts';
import { envOf, type Settings } from './settings.ts';
import { type Statuses, type StatusName, WatchHistory } from './watch-history.ts';

/** Where its neighbours are. */
export interface Neighbours {
  readonly nsp: string;
  readonly proxy: string;
}

export class TapUnderTest implements AsyncDisposable {
  readonly #settings: Settings;
  #service: Service;
  #line: Connection;
  #watch: WatchHistory;
  #slowestMs = 0;

  /** `name` is the target's; two with one name are one target. */
  static async start(
    name: string,
    { nsp, proxy }: Neighbours,
    settings: Settings = {},
  ): Promise<TapUnderTest> {
    const all = { name, nsp, proxy, ...settings };
    const service = await startService({ service: 'tap', env: envOf('tap', all) });
    return new TapUnderTest(service, all);
  }

  private constructor(service: Service, settings: Settings) {
    this.#settings = settings;
    this.#service = service;
    this.#line = lineTo(service);
    this.#watch = new WatchHistory(this.#line);
  }

  /** The process that runs now. */
  get service(): Service {
    return this.#service;
  }

  get line(): Connection {
    return this.#line;
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
    const { dump } = await this.#line.client(TapAdminServiceDefinition).dump({});
    if (dump === undefined) throw new Error('Dump answered without a dump');
    return dump;
  }

  /** Refreshes of targets that the NSP confirmed, of all streams together. */
  refreshes(): Promise<number> {
    return readMetric(this.#service.adminPort, 'tap_stream_events_total', { event: 'refreshed' });
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
    await until(() => this.#service.logs.some((line) => line.includes(message)), {
      deadlineMs,
      everyMs: 2,
      describe: `"${message}" in the log`,
    });
  }

  /** kill -9, and that it is gone. */
  async kill(): Promise<void> {
    this.#service.kill('SIGKILL');
    await this.#service.exited;
  }

  /** SIGTERM, and how it ended. */
  stop(): Promise<Exit> {
    return this.#service.stop();
  }

  /** Starts it again on its data and its port; one that runs is stopped first. */
  async restart(changes: Settings = {}): Promise<void> {
    await this.#leave();
    this.#service = await this.#service.restart({ env: envOf('tap', { ...this.#settings, ...changes }) });
    this.#line = lineTo(this.#service);
    this.#watch = new WatchHistory(this.#line);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#leave();
    await this.#service[Symbol.asyncDispose]();
  }

  async #leave(): Promise<void> {
    await this.#watch[Symbol.asyncDispose]();
    this.#line[Symbol.dispose]();
  }

  get #tap() {
    return this.#line.client(TapDefinition);
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

function lineTo(service: Service): Connection {
  return connect(service.address, { security: { kind: 'plaintext' } });
}
