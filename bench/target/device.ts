// The device that the target plays: who subscribes, what they were given, and how updates go out.
// Invariant: an update has one number whoever gets it, so the count of updates tells each leaf's last value.

import { setTimeout as delay } from 'node:timers/promises';
import { frame } from '@syncline/rpc/frame.ts';
import { monotonicMs, mostUpdates } from '../workload/stamp.ts';
import type { Outlet } from './outlet.ts';
import type { Rounds } from './rounds.ts';

const chunkBytes = 32 * 1024;
const updateBytes = 110;
const paceMs = 1;
const syncResponse = frame(Buffer.from([0x18, 1]));

export class Device {
  readonly #rounds: Rounds;
  readonly #perChunk: number;
  readonly #subscribers = new Set<Outlet>();
  #released = Promise.withResolvers<void>();
  #sent: number;

  constructor(rounds: Rounds) {
    this.#rounds = rounds;
    this.#perChunk = Math.max(1, Math.floor(chunkBytes / (updateBytes * rounds.perNotification)));
    this.#sent = rounds.leaves;
  }

  /** Every update since the start, with the initial tree. */
  get sent(): number {
    return this.#sent;
  }

  /** Takes a subscriber in; it gets the initial tree now or at the release. */
  async subscribe(outlet: Outlet): Promise<void> {
    await this.#released.promise;
    await this.#dump(outlet);
  }

  /** Gives the initial tree to those who wait and to each that comes. The time at which it began, see monotonicMs. */
  release(): number {
    this.#released.resolve();
    return monotonicMs();
  }

  hold(): void {
    this.#released = Promise.withResolvers();
  }

  /** Updates leaves as fast as the only subscriber reads; throws when there is not exactly one. */
  async flow(seconds: number): Promise<void> {
    const [outlet, ...others] = this.#present();
    if (outlet === undefined || others.length > 0) {
      throw new Error(`flow: one subscriber is expected, ${this.#subscribers.size} are there`);
    }
    const end = performance.now() + seconds * 1000;
    await outlet.pump(() => (performance.now() < end ? this.#update(this.#perChunk) : undefined));
    if (outlet.over) throw new Error('flow: the subscriber has gone');
  }

  /** Updates leaves at `rate` a second. Throws PaceError when a subscriber falls far behind. */
  async pace(rate: number, seconds: number): Promise<void> {
    const { perNotification } = this.#rounds;
    const began = performance.now();
    const total = (rate * seconds) / perNotification;
    for (let done = 0; done < total; ) {
      await delay(paceMs);
      const due = Math.min(total, ((performance.now() - began) / 1000) * (rate / perNotification));
      while (done < Math.floor(due)) {
        const before = this.#sent;
        const frames = this.#update(Math.floor(due) - done);
        for (const outlet of this.#present()) outlet.write(frames);
        done += (this.#sent - before) / perNotification;
      }
    }
  }

  async #dump(outlet: Outlet): Promise<void> {
    const { leaves } = this.#rounds;
    if (this.#sent > leaves) throw new Error('a subscriber came after updates had been sent');
    let next = 0;
    await outlet.pump(() => {
      if (next === leaves) return undefined;
      const chunk = this.#rounds.chunk(next, this.#perChunk);
      next = chunk.next;
      return chunk.frames;
    });
    outlet.write(syncResponse);
    this.#subscribers.add(outlet);
  }

  #update(notifications: number): Uint8Array {
    if (this.#sent > mostUpdates - 1_000_000) throw new RangeError(`more than ${this.#sent} updates`);
    const { frames, next } = this.#rounds.chunk(this.#sent, notifications);
    this.#sent = next;
    return frames;
  }

  #present(): Outlet[] {
    for (const outlet of this.#subscribers) if (outlet.over) this.#subscribers.delete(outlet);
    return [...this.#subscribers];
  }
}
