// What a reset owes, in an explored run: all regions are to be asked for, and are to become the copy, also by a process that
// begins after the reset was confirmed. Invariant: until then nothing else is asked for.

import { expect } from 'vitest';
import type { Kind } from '../../leader/world/sync-world.ts';
import { beyondAll } from '../state.ts';

export class OwedSnapshot {
  readonly #kind: Kind;
  #owed: 'a request' | 'a snapshot' | undefined;
  /** A process that begins owes it too. */
  #isKept = false;
  /** Snapshots that the process had made its copy when it asked for this one. */
  #before = 0;

  /** `kind`: how the leader speaks. */
  constructor(kind: Kind) {
    this.#kind = kind;
  }

  reset(): void {
    this.#owed = 'a request';
    this.#isKept = false;
  }

  /** The reset was confirmed, or has had the time to be kept. */
  kept(): void {
    this.#isKept = true;
  }

  /** A stream is asked for; the process has made `snapshots` its copy. A PD is asked for more than there is, too, and for what it made meanwhile. */
  asks(index: number, snapshots: number): void {
    if (this.#owed === undefined || (this.#kind === 'pd' && this.#owed === 'a snapshot')) return;
    expect(this.#kind === 'pd' ? [0, beyondAll] : [0], 'what is asked for after a reset').toContain(index);
    this.#owed = 'a snapshot';
    this.#before = snapshots;
  }

  /** So many snapshots are the copy, one after the other, of those that the process took. */
  taken(snapshots: number): void {
    if (this.#owed === 'a snapshot' && snapshots > this.#before) this.#owed = undefined;
  }

  /** The process dies. Nobody knows what has become of a snapshot that it was flipping to. */
  dies(isFlipping: boolean): void {
    if (!this.#isKept || (this.#owed === 'a snapshot' && isFlipping)) this.#owed = undefined;
    this.#before = 0;
  }

  expectNothing(): void {
    expect(this.#owed, 'what a reset owes').toBeUndefined();
  }
}
