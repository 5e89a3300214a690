// Positions of readers below which the log is not to go while the budget of Retention lasts.

/** One reader's position. Disposing it lets go. */
export interface Pin extends Disposable {
  readonly position: number;
  /** The budget was not enough: what follows the position is no longer there. */
  readonly isLost: boolean;
  /** The reader needs nothing before `position`, which is not below where it was. */
  advance(position: number): void;
}

class HeldPin implements Pin {
  readonly #pins: Set<HeldPin>;
  #position: number;
  #isLost = false;

  constructor(pins: Set<HeldPin>, position: number) {
    this.#pins = pins;
    this.#position = position;
    pins.add(this);
  }

  get position(): number {
    return this.#position;
  }

  get isLost(): boolean {
    return this.#isLost;
  }

  advance(position: number): void {
    this.#position = position;
  }

  lose(): void {
    this.#isLost = true;
    this.#pins.delete(this);
  }

  [Symbol.dispose](): void {
    this.#pins.delete(this);
  }
}

export class Pins {
  readonly #pins: Set<HeldPin> = new Set();

  add(position: number): Pin {
    return new HeldPin(this.#pins, position);
  }

  positions(): number[] {
    return [...this.#pins].map(({ position }) => position);
  }

  /** The log has no longer what follows these of the positions(). */
  refused(positions: readonly number[]): void {
    const highest = Math.max(...positions);
    for (const pin of this.#pins) if (pin.position <= highest) pin.lose();
  }
}
