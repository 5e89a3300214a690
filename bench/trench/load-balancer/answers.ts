// What lookups answered: packets of one connection must reach one target, which is one of the stream's.

import { LossError } from '../../loss-error.ts';

export class Answers {
  readonly #targets: number;
  readonly #identifiers: Int32Array;
  #count = 0;

  /** Of `packets` connections, each of which may reach the identifiers from 1 to `targets`. */
  constructor(packets: number, targets: number) {
    this.#targets = targets;
    this.#identifiers = new Int32Array(packets);
  }

  /** How many were noted. */
  get count(): number {
    return this.#count;
  }

  /** Throws LossError for a packet that reached nothing, nobody, or another target than one before it. */
  note(packet: number, identifier: number | undefined): void {
    this.#count++;
    const before = this.#identifiers[packet];
    if (identifier !== undefined && identifier === before) return;
    if (identifier === undefined || identifier < 1 || identifier > this.#targets || before !== 0) {
      throw new LossError(
        `a packet reached ${identifier ?? 'no target'} of ${this.#targets}, before ${before}`,
      );
    }
    this.#identifiers[packet] = identifier;
  }
}
