// The life of the feed: from one PD to the next, joining it, feeding it until something fails, and again. Addresses
// take turns, so that a member which does not lead costs one attempt.

import { Backoff, type BackoffSettings } from '@syncline/runtime/backoff.ts';
import { type Clock, sleep } from '@syncline/runtime/clock.ts';
import type { LoopWatch } from '@syncline/runtime/liveness.ts';
import type { Rng } from '@syncline/runtime/rng.ts';
import type { Logger } from '@syncline/telemetry/logger.ts';
import type { Counts } from './counts.ts';
import { failureName } from './failure-name.ts';
import type { HeartbeatTraces } from './pd/heartbeat-traces.ts';
import { join } from './pd/join.ts';
import { PdLine } from './pd/pd-line.ts';
import { Run, type RunSettings } from './pd/run.ts';
import { survey } from './pd/survey.ts';
import { type Population, populate, type WorldSettings } from './population.ts';
import type { World } from './world/world.ts';

/** Where the feed is. */
export type FeedState =
  | { readonly kind: 'seeking'; readonly detail: string }
  | { readonly kind: 'joining'; readonly address: string }
  | { readonly kind: 'feeding'; readonly address: string; readonly run: Run };

/** What the feed does, and within which bounds. */
export interface FeedSettings {
  /** Tried in turn; one or more. */
  readonly pd: readonly string[];
  readonly requestDeadlineMs: number;
  readonly retry: BackoffSettings;
  readonly world: WorldSettings;
  readonly run: RunSettings;
}

export interface FeedParts {
  readonly settings: FeedSettings;
  readonly clock: Clock;
  /** For delays; the world has a seed of its own. */
  readonly rng: Rng;
  readonly logger: Logger;
  readonly counts: Counts;
  /** Undefined when nothing is traced. */
  readonly traces: HeartbeatTraces | undefined;
}

/** One feed, and its world. */
export class Feed {
  readonly #parts: FeedParts;
  readonly #backoff: Backoff;
  readonly #startedAtNs: bigint;
  #state: FeedState = { kind: 'seeking', detail: 'no PD was tried yet' };
  #population: Population | undefined;

  constructor(parts: FeedParts) {
    const { settings, clock, rng } = parts;
    this.#parts = parts;
    this.#backoff = new Backoff(settings.retry, clock, rng);
    this.#startedAtNs = clock.now();
  }

  get state(): FeedState {
    return this.#state;
  }

  /** The world that is fed; undefined before the first PD was joined. */
  get world(): World | undefined {
    return this.#population?.world;
  }

  /** Feeds until the signal aborts, with whose reason it rejects. */
  async follow(watch: LoopWatch, signal: AbortSignal): Promise<never> {
    const { settings, clock, counts, logger } = this.#parts;
    for (let turn = 0; ; turn++) {
      const address = settings.pd[turn % settings.pd.length] as string;
      try {
        await this.#attend(address, watch, signal);
      } catch (error) {
        signal.throwIfAborted();
        const name = failureName(error);
        counts.failures.set(name, (counts.failures.get(name) ?? 0) + 1);
        const detail = error instanceof Error ? error.message : String(error);
        this.#state = { kind: 'seeking', detail: `${address}: ${detail}` };
        logger.warn({ address, err: error }, 'PD is left');
      }
      watch.idle('the next attempt');
      await sleep(clock, this.#backoff.next(), signal);
    }
  }

  async #attend(address: string, watch: LoopWatch, signal: AbortSignal): Promise<never> {
    const { settings, clock, counts, traces, logger } = this.#parts;
    this.#state = { kind: 'joining', address };
    watch.idle(`PD at ${address}, each of whose answers has a deadline`);
    using line = new PdLine(address, settings.requestDeadlineMs, signal);
    const clusterId = await join(line, settings.world.stores, this.#startedAtNs);
    const population = await this.#populationOf(clusterId, line, signal);
    using run = new Run({
      line,
      population,
      settings: settings.run,
      startedAtNs: this.#startedAtNs,
      clock,
      counts,
      traces,
    });
    this.#state = { kind: 'feeding', address, run };
    this.#backoff.running();
    counts.joins++;
    logger.info({ address, clusterId, regions: population.world.size }, 'PD is joined');
    return await run.end(watch, signal);
  }

  async #populationOf(clusterId: bigint, line: PdLine, signal: AbortSignal): Promise<Population> {
    if (this.#population?.clusterId !== clusterId) {
      const floor = await survey(line);
      this.#population = await populate(clusterId, floor, this.#parts.settings.world, signal);
    }
    return this.#population;
  }
}
