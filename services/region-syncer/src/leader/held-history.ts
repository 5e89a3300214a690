// What one stream keeps from being forgotten while it needs it: the regions it sends, and the log that comes after them.

import type { Pin } from '../replica/pins.ts';
import type { RegionSource } from './region-source.ts';

export class HeldHistory {
  #regions: RegionSource | undefined;
  #pin: Pin | undefined;

  /** The regions that are being sent. */
  get regions(): RegionSource | undefined {
    return this.#regions;
  }

  /** These regions are to be sent, and then the log after them. */
  holdRegions(source: RegionSource): void {
    this.#regions = source;
    this.holdLog(source.pin);
  }

  /** The log is needed from this pin on, instead of from the one before. */
  holdLog(pin: Pin): void {
    this.#pin?.[Symbol.dispose]();
    this.#pin = pin;
  }

  /** The log before `position` was sent. */
  advance(position: number): void {
    this.#pin?.advance(position);
  }

  /** The regions were sent. */
  releaseRegions(): void {
    this.#regions?.[Symbol.dispose]();
    this.#regions = undefined;
  }

  /** Nothing is needed any more. */
  release(): void {
    this.releaseRegions();
    this.#pin?.[Symbol.dispose]();
    this.#pin = undefined;
  }
}
