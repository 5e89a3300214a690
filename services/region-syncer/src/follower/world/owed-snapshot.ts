// What a reset owes, in an explored run: all regions are to be asked for and to become the copy, if need be by the next
// process. Invariant: until then nothing else is asked for.

import { expect } from 'vitest';
import type { Kind } from '../../leader/world/sync-world.ts';
import { beyondAll, type FollowerState } from '../state.ts';

export class OwedSnapshot {
  readonly #kind: Kind;
  #owed: 'a request' | 'a snapshot' | undefined;
  /** The next process owes it too. */
  #isKept = false;
  /** How many snapshots the process had taken when it asked for this one. */
  #before = 0;

  /** `kind`: how the leader speaks. */
  constructor(kind: Kind) {
    this.#kind = kind;
  }

  get isNothing(): boolean {
    return this.#owed === undefined;
  }

  /** `isFlipping`: a snapshot that was asked for before is becoming the copy, and takes along what was kept of a reset. */
  reset(isFlipping: boolean): void {
    if (this.#owed === undefined || isFlipping) this.#isKept = false;
    this.#owed = 'a request';
  }

  /** The reset was confirmed, or the disk has had the time to keep it. */
  kept(): void {
    this.#isKept = true;
  }

  /** A stream is asked for, from `index` on, by a process that has taken so many snapshots. */
  asks(index: number, { floor, phase }: FollowerState, snapshots: number): void {
    if (this.#owed === undefined) return;
    const allowed: (number | undefined)[] = [0];
    if (this.#kind === 'pd') allowed.push(beyondAll, floor, 'floor' in phase ? phase.floor : undefined);
    expect(allowed, 'what may be asked for after a reset').toContain(index);
    if (this.#owed === 'a request') this.#before = snapshots;
    this.#owed = 'a snapshot';
  }

  /** The process has taken so many snapshots. */
  taken(snapshots: number): void {
    if (this.#owed === 'a snapshot' && snapshots > this.#before) this.#owed = undefined;
  }

  /** The process dies. What has become of a snapshot that it was flipping to nobody knows. */
  dies(isFlipping: boolean): void {
    if (!this.#isKept || (this.#owed === 'a snapshot' && isFlipping)) this.#owed = undefined;
    this.#before = 0;
  }
}
