// One run: the stores have joined, and heartbeats flow until something fails. Life is not held up by a store whose
// stream is stuck; what happened meanwhile is owed.

import { type Clock, sleep } from '@syncline/runtime/clock.ts';
import type { LoopWatch } from '@syncline/runtime/liveness.ts';
import { aborted } from '@syncline/runtime/stop-signal.ts';
import type { Counts } from '../counts.ts';
import { Pacer } from '../pacer.ts';
import type { Population } from '../population.ts';
import { HeartbeatEncoder } from '../wire/heartbeat-encoder.ts';
import { HeartbeatStream } from './heartbeat-stream.ts';
import type { HeartbeatTraces } from './heartbeat-traces.ts';
import type { PdLine } from './pd-line.ts';
import { statsOf } from './stores.ts';

/** Bounds of a run. All are settings. */
export interface RunSettings {
  readonly keyBytes: number;
  /** Heartbeats a second of what happens. */
  readonly rate: number;
  /** Heartbeats a second, on top, while PD is told of every region after a connect. */
  readonly reportRate: number;
  readonly storeHeartbeatMs: number;
  /** How long PD may take to read what a stream has written. */
  readonly stallMs: number;
}

/** What a run works with. */
export interface RunParts {
  readonly line: PdLine;
  readonly population: Population;
  readonly settings: RunSettings;
  readonly startedAtNs: bigint;
  readonly clock: Clock;
  readonly counts: Counts;
  /** Undefined when nothing is traced. */
  readonly traces: HeartbeatTraces | undefined;
}

/** PD did not read a stream. */
export class StalledError extends Error {
  override name = 'StalledError';
  readonly store: number;

  constructor(store: number, stallMs: number) {
    super(`PD has not read the heartbeats of store ${store} for ${stallMs} ms`);
    this.store = store;
  }
}

/** Short enough that a rate of 20,000 a second comes in handfuls, long enough to cost nothing. */
const TICK_MS = 5;

/** A tick that is this late means that the loop hangs. */
const TICK_DEADLINE_MS = 10_000;

/** The streams of a run and its pace. Disposing ends the streams. */
export class Run implements Disposable {
  readonly #parts: RunParts;
  readonly #streams: readonly HeartbeatStream[];
  readonly #over = new AbortController();
  readonly #pace: Pacer;
  readonly #reportPace: Pacer;
  /** Since when each stream is stuck; undefined while it is not. */
  readonly #stuckSince: (number | undefined)[] = [];

  /** Opens a stream for each store of the population. */
  constructor(parts: RunParts) {
    const { line, population, settings, clock, counts, traces } = parts;
    const { world, clusterId } = population;
    const encoder = new HeartbeatEncoder(clusterId, settings.keyBytes);
    this.#parts = parts;
    this.#pace = new Pacer(settings.rate, clock);
    this.#reportPace = new Pacer(settings.reportRate, clock);
    const onFailed = (error: unknown) => this.#over.abort(error);
    this.#streams = Array.from(
      { length: world.stores },
      (_, index) =>
        new HeartbeatStream(line.regionHeartbeats(), {
          store: index + 1,
          world,
          encoder,
          counts,
          traces,
          onFailed,
        }),
    );
  }

  /** Heartbeats that are due and not sent. */
  get owed(): number {
    return this.#streams.reduce((sum, { owed }) => sum + owed, 0);
  }

  /** Whether PD was told of every region since the run began. */
  get reported(): boolean {
    return this.#streams.every(({ reported }) => reported);
  }

  /** Never resolves; rejects with what ended the run, or with the signal's reason. */
  async end(watch: LoopWatch, signal: AbortSignal): Promise<never> {
    const either = AbortSignal.any([signal, this.#over.signal]);
    const fail = (error: unknown) => this.#over.abort(error);
    // Neither can reject, and both end with the run: the one by the signal, the other because its line is closed.
    void this.#sendRegions(watch, either).catch(fail);
    void this.#sendStores(either).catch(fail);
    await aborted(this.#over.signal);
    throw this.#over.signal.reason;
  }

  [Symbol.dispose](): void {
    for (const stream of this.#streams) stream.abandon();
  }

  async #sendRegions(watch: LoopWatch, signal: AbortSignal): Promise<never> {
    for (;;) {
      watch.phase('feeding', TICK_DEADLINE_MS, 'the next tick');
      await sleep(this.#parts.clock, TICK_MS, signal);
      this.#live();
      this.#send();
    }
  }

  async #sendStores(signal: AbortSignal): Promise<never> {
    const { line, population, settings, startedAtNs, clock, counts } = this.#parts;
    const { world } = population;
    for (;;) {
      for (let store = 1; store <= world.stores; store++) {
        await line.storeHeartbeat(statsOf(world, store, startedAtNs));
        counts.storeHeartbeats++;
      }
      await sleep(clock, settings.storeHeartbeatMs, signal);
    }
  }

  /** Lets happen what is due. */
  #live(): void {
    const { life } = this.#parts.population;
    while (this.#pace.due >= 1) {
      const { operation, regions } = life.step();
      for (const region of regions) this.#streams[region.leader.store - 1]?.owe(region, operation);
      this.#pace.take(regions.length);
    }
  }

  #send(): void {
    const nowNs = this.#parts.clock.now();
    for (const stream of this.#streams) stream.flush(nowNs);
    const telling = this.#streams.filter(({ reported }) => !reported);
    const share = Math.ceil(this.#reportPace.due / telling.length);
    for (const stream of telling) this.#reportPace.take(stream.report(share, nowNs));
    this.#streams.forEach((stream, index) => this.#checkStall(stream, index));
  }

  #checkStall(stream: HeartbeatStream, index: number): void {
    const now = this.#parts.clock.monotonic();
    const since = stream.stuck ? (this.#stuckSince[index] ?? now) : undefined;
    this.#stuckSince[index] = since;
    const { stallMs } = this.#parts.settings;
    if (since !== undefined && now - since >= stallMs) throw new StalledError(index + 1, stallMs);
  }
}
