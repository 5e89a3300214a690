// One wait of one caller: settled by the owner of what is waited for, or ended by the caller's signal.
// Whichever comes first, no abort listener is left behind.

/**
 * A promise that its owner settles and that a signal can end first. The first to act wins; the rest does
 * nothing.
 */
export class Waiter<T = void> {
  readonly promise: Promise<T>;
  readonly #settlers: PromiseWithResolvers<T>;
  readonly #signal: AbortSignal;
  readonly #forget: (() => void) | undefined;

  /**
   * @param signal ends the wait with its reason; must not have aborted yet (`throwIfAborted` first)
   * @param forget called when the signal ended the wait, so that the owner drops it
   */
  constructor(signal: AbortSignal, forget?: () => void) {
    this.#settlers = Promise.withResolvers<T>();
    this.promise = this.#settlers.promise;
    this.#signal = signal;
    this.#forget = forget;
    signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  resolve(value: T): void {
    this.#signal.removeEventListener('abort', this.#onAbort);
    this.#settlers.resolve(value);
  }

  reject(reason: Error): void {
    this.#signal.removeEventListener('abort', this.#onAbort);
    this.#settlers.reject(reason);
  }

  readonly #onAbort = () => {
    this.#forget?.();
    this.#settlers.reject(this.#signal.reason as Error);
  };
}
