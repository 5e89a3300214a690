// Gives addresses back a while after their connection was closed, unless it has come back by then. Each release is tried a
// bounded number of times; one that is given up is counted, and the IPAM's garbage collection finds its addresses.

import { Backoff } from '@syncline/runtime/backoff.ts';
import { Doorbell } from '@syncline/runtime/doorbell.ts';
import type { LoopWatch } from '@syncline/runtime/liveness.ts';
import { type Cleared, type Owed, owedKey, ownerKey } from '../book/state.ts';
import { UnavailableError } from '../connection/errors.ts';
import { IpamError } from '../ipam/ipam.ts';
import type { ReleasesUnderWay } from './addresses.ts';
import { type ConduitParts, stateOf } from './conduit-parts.ts';

interface Schedule {
  dueMs: number;
  failures: number;
  readonly backoff: Backoff;
}

export class Releaser implements ReleasesUnderWay {
  readonly #parts: ConduitParts;
  readonly #bell: Doorbell;
  readonly #schedules = new Map<string, Schedule>();
  readonly #underWay = new Map<string, Promise<void>>();

  constructor(parts: ConduitParts) {
    this.#parts = parts;
    this.#bell = new Doorbell(parts.clock);
  }

  /** What is owed, or pinned, has changed. */
  look(): void {
    this.#bell.ring();
  }

  async over(owner: string): Promise<void> {
    await this.#underWay.get(owner);
  }

  /** The loop; ends when `signal` aborts. */
  async run(watch: LoopWatch, signal: AbortSignal): Promise<void> {
    const { settings } = this.#parts;
    for (;;) {
      const { due, nextMs } = this.#look();
      if (due.length === 0) {
        watch.idle('a release');
        await this.#bell.wait(nextMs, signal);
        continue;
      }
      watch.phase('release', settings.stepMs, 'the ipam and the store');
      await Promise.all(due.slice(0, settings.parallel).map((owed) => this.#begin(owed, signal)));
    }
  }

  /**
   * What is due, each owner once, and how long it is until more is. Of a pinned owner nothing is due; the time of what it
   * may want again, in the present subnet, starts when it is let go.
   */
  #look(): { due: Owed[]; nextMs: number } {
    const { clock, pins } = this.#parts;
    const { owed, subnet } = stateOf(this.#parts);
    for (const key of this.#schedules.keys()) if (!owed.has(key)) this.#schedules.delete(key);
    const due = new Map<string, Owed>();
    let nextMs = Number.POSITIVE_INFINITY;
    for (const [key, each] of owed) {
      const owner = ownerKey(each.owner);
      if (pins.has(owner)) {
        if (each.subnet === subnet) this.#schedules.delete(key);
        continue;
      }
      const leftMs = this.#schedule(key).dueMs - clock.monotonic();
      if (leftMs <= 0) due.set(owner, each);
      else nextMs = Math.min(nextMs, leftMs);
    }
    return { due: [...due.values()], nextMs };
  }

  #schedule(key: string): Schedule {
    const { clock, rng, settings } = this.#parts;
    const known = this.#schedules.get(key);
    if (known !== undefined) return known;
    const dueMs = clock.monotonic() + settings.release.delayMs;
    const schedule = { dueMs, failures: 0, backoff: new Backoff(settings.release.retry, clock, rng) };
    this.#schedules.set(key, schedule);
    return schedule;
  }

  async #begin(owed: Owed, signal: AbortSignal): Promise<void> {
    const owner = ownerKey(owed.owner);
    const release = this.#release(owed, signal);
    // Those who wait for the end of it have no use for how it ended.
    this.#underWay.set(
      owner,
      release.catch(() => {}),
    );
    try {
      await release;
    } finally {
      this.#underWay.delete(owner);
    }
  }

  async #release(owed: Owed, signal: AbortSignal): Promise<void> {
    const { leases, logger, settings } = this.#parts;
    const schedule = this.#schedule(owedKey(owed));
    try {
      await leases.release(owed, signal);
      await this.#clear(owed, 'released', signal);
    } catch (err) {
      if (!(err instanceof IpamError || err instanceof UnavailableError)) throw err;
      schedule.failures += 1;
      schedule.dueMs = this.#parts.clock.monotonic() + schedule.backoff.next();
      if (schedule.failures < settings.release.attempts) return;
      logger.warn({ reason: err.message, owed, failures: schedule.failures }, 'release given up');
      await this.#clear(owed, 'abandoned', signal).catch((error: unknown) => {
        if (!(error instanceof UnavailableError)) throw error;
      });
    }
  }

  async #clear(owed: Owed, why: Cleared, signal: AbortSignal): Promise<void> {
    const { book, settings } = this.#parts;
    const { conduit } = settings;
    await book.change((state) => {
      // Not the same one when its owner came back and left again meanwhile: that one is to be done yet.
      const isSame = state.get(conduit)?.owed.get(owedKey(owed)) === owed;
      return { changes: isSame ? [{ conduit, kind: 'clear', owed, why }] : [], answer: undefined };
    }, signal);
  }
}
