// A wait that ends when its signal says so, whatever the code between does.

import { Waiter } from './waiter.ts';

/** What `make` resolves to, or the signal's reason as soon as it aborts, even if `make` does not heed it. */
export async function unlessAborted<T>(make: () => Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const waiter = new Waiter<T>(signal);
  const run = async () => waiter.resolve(await make());
  run().catch((error: unknown) => waiter.reject(error instanceof Error ? error : new Error(String(error))));
  return await waiter.promise;
}
