// The worker's side of a StoreThread. An entry file is one line: serveStore((file: string) => new Catalog(file)).

import { parentPort, workerData } from 'node:worker_threads';
import type { FromStore, ToStore } from './store-protocol.ts';

/** What is served: its methods that are called, and what is for this thread alone. */
export interface ServedStore extends Disposable {
  /** Does after each answer what its caller need not wait for. What it throws ends the thread. */
  tidy?(): void;
}

/**
 * Opens the store with what the thread was started with and answers calls, one after the other, until it is told to
 * close. What opening throws ends the thread, and open() on the other side rejects with it.
 */
export function serveStore<Data, Store extends ServedStore>(openStore: (data: Data) => Store): void {
  const port = parentPort;
  if (port === null) throw new Error('a store worker runs as a worker thread only');
  const store = openStore(workerData as Data);
  const methods = store as unknown as Record<string, (...args: readonly unknown[]) => unknown>;
  const post = (message: FromStore) => port.postMessage(message);
  port.on('message', (message: ToStore) => {
    if (message.kind === 'close') {
      store[Symbol.dispose]();
      port.close();
      return;
    }
    const { call, method, args } = message;
    try {
      if (typeof methods[method] !== 'function') throw new TypeError(`the store has no method "${method}"`);
      post({ kind: 'value', call, value: methods[method](...args) });
    } catch (error) {
      post({ kind: 'thrown', call, error });
    }
    store.tidy?.();
  });
  post({ kind: 'open' });
}
