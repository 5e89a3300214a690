// A tap as a process of its own, and an application that opens streams on it and watches them.

import { EventEmitter, once } from 'node:events';
import { StreamStatus_Status, TapDefinition } from '@syncline/proto/ambassador.ts';
import { TapAdminServiceDefinition } from '@syncline/proto/tap-admin.ts';
import type { Connection } from '@syncline/rpc/connect.ts';
import { readMetric } from '@syncline/testkit/metrics.ts';
import { type Service, startService } from '@syncline/testkit/service.ts';
import { until } from '@syncline/testkit/wait.ts';
import type { StreamName } from '@syncline/trench/stream-name.ts';
import { streamMessage } from '@syncline/trench/wire-name.ts';
import { LossError } from '../loss-error.ts';
import { monotonicMs } from '../workload/stamp.ts';
import { plainConnection } from './nsp.ts';
import type { Opener } from './opener.ts';
import type { Trench } from './trench.ts';

const patienceMs = 20_000;

export class TapOpener implements Opener {
  readonly #service: Service;
  readonly #connection: Connection;
  readonly #signal: AbortSignal;
  readonly #news = new EventEmitter();
  /** When each of the streams that are open was seen to be. */
  readonly #openMs = new Map<string, number>();
  #opened: readonly StreamName[] = [];
  #failure: Error | undefined;

  private constructor(service: Service, signal: AbortSignal) {
    this.#service = service;
    this.#signal = signal;
    this.#connection = plainConnection(service.address);
    this.#watch().catch((error: unknown) => {
      this.#failure = error instanceof Error ? error : new Error(String(error));
      this.#news.emit('news');
    });
  }

  /** Starts one that has no stream. */
  static async start({ nsp, proxy, signal }: Trench): Promise<TapOpener> {
    const env = { SYNCLINE_TAP_NAME: 'bench', SYNCLINE_TAP_NSP: nsp.address, SYNCLINE_TAP_PROXY: proxy };
    return new TapOpener(await startService({ service: 'tap', env }), signal);
  }

  get pid(): number {
    return this.#service.pid;
  }

  /** A figure of its /metrics. */
  metric(name: string): Promise<number> {
    return readMetric(this.#service.adminPort, name);
  }

  async open(streams: readonly StreamName[]): Promise<readonly number[]> {
    this.#opened = streams;
    const began = await Promise.all(
      streams.map(async (stream) => {
        const at = monotonicMs();
        await this.#tap.open(streamMessage(stream), { signal: this.#signal });
        return at;
      }),
    );
    while (!this.#allOpen) {
      if (this.#failure !== undefined) throw this.#failure;
      await once(this.#news, 'news', { signal: this.#signal });
    }
    return streams.map(({ stream }, nth) => (this.#openMs.get(stream) ?? Number.NaN) - (began[nth] ?? 0));
  }

  async close(): Promise<void> {
    const signal = this.#signal;
    await Promise.all(this.#opened.map((stream) => this.#tap.close(streamMessage(stream), { signal })));
    this.#opened = [];
    const admin = this.#connection.client(TapAdminServiceDefinition);
    await until(() => admin.dump({}, { signal }), {
      deadlineMs: patienceMs,
      everyMs: 2,
      describe: 'a tap without a trench',
      accept: ({ dump }) => dump?.trench === '',
    });
  }

  /** Waits for it: what the tap has done is a moment later on Watch. */
  async check(): Promise<void> {
    const isOpen = await until(() => this.#allOpen, {
      deadlineMs: patienceMs,
      describe: 'all streams OPEN',
    }).catch(() => false);
    if (!isOpen) throw new LossError(`${this.#openMs.size} of ${this.#opened.length} streams are OPEN`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#connection[Symbol.dispose]();
    await this.#service[Symbol.asyncDispose]();
  }

  get #tap() {
    return this.#connection.client(TapDefinition);
  }

  get #allOpen(): boolean {
    return this.#opened.every(({ stream }) => this.#openMs.has(stream));
  }

  async #watch(): Promise<void> {
    for await (const { streamStatus } of this.#tap.watch({}, { signal: this.#signal })) {
      const now = monotonicMs();
      const isOpen = streamStatus.filter(({ status }) => status === StreamStatus_Status.OPEN);
      const names = new Set(isOpen.map(({ stream }) => stream?.name ?? ''));
      for (const name of this.#openMs.keys()) if (!names.has(name)) this.#openMs.delete(name);
      for (const name of names) if (!this.#openMs.has(name)) this.#openMs.set(name, now);
      this.#news.emit('news');
    }
    throw new Error('the tap ended Watch');
  }
}
