// Whether more waits for the disk than is allowed. Invariant: it begins above the bound and ends at half of it.

import { Listeners } from '@syncline/runtime/listeners.ts';

export class Pressure {
  /** Told of each change. */
  readonly changed: Listeners<[pressed: boolean]> = new Listeners();
  readonly #bound: number;
  #isOn = false;

  /** `bound`: bytes. */
  constructor(bound: number) {
    this.#bound = bound;
  }

  get isOn(): boolean {
    return this.#isOn;
  }

  /** So many bytes wait now. */
  weigh(bytes: number): void {
    const isOn = bytes > (this.#isOn ? this.#bound / 2 : this.#bound);
    if (isOn === this.#isOn) return;
    this.#isOn = isOn;
    this.changed.tell(isOn);
  }
}
