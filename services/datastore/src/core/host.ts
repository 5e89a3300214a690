// The main thread's end of the core workers: which worker holds which datastore, questions with deadlines, and
// the workers' events handed to whom they concern. When a worker ends, everyone it served is told in the same tick.

import { CoreLostError } from './host-errors.ts';
import type { Answers, Ask, Patience } from './host-requests.ts';
import { CoreThread, type ThreadContext, type ThreadSettings } from './host-thread.ts';
import type { FromCore, Page, ToCore } from './protocol.ts';

type Event<Kind> = Extract<FromCore, { readonly kind: Kind }>;

/** A datastore to open: its number, name, file, syncs and limits. */
export type StoreSpec = Omit<Extract<ToCore, { readonly kind: 'open' }>, 'kind' | 'request'>;

/** Messages that nothing answers directly. */
export type Told = Exclude<ToCore, { readonly request: number }>;

/** What the owner of a datastore hears. */
export interface StoreListener {
  /** Commits fail; they work again when `error` is empty. */
  degraded(error: string): void;
  /** The worker is gone and with it what was not committed. The datastore is closed until it is opened again. */
  lost(reason: CoreLostError): void;
}

/** What a session hears of its sync. */
export interface SyncListener {
  ingested(epoch: number): void;
  sealed(epoch: number): void;
  synced(epoch: number): void;
}

/** What the northbound side hears; one for all subscribers. */
export interface SubscriberSink {
  feed(message: Event<'feed'>): void;
  behind(message: Event<'behind'>): void;
  page(message: Page): void;
  ended(message: Event<'ended'>): void;
  /** The datastore's worker is gone: none of its subscribers will hear anything more. */
  lost(datastore: number, reason: CoreLostError): void;
}

interface Store {
  readonly name: string;
  readonly thread: CoreThread;
  readonly listener: StoreListener;
  readonly syncs: Map<number, SyncListener>;
  open: boolean;
}

export interface CoreHostOptions extends ThreadContext {
  /** The most worker threads, 1 or more; they are started as datastores need them. */
  readonly workers: number;
  readonly settings: ThreadSettings;
}

/** The core workers of this process. Disposing it ends them; close the datastores first. */
export class CoreHost implements AsyncDisposable {
  /** Set once, before the first subscribe. */
  subscribers: SubscriberSink | undefined;
  readonly #options: CoreHostOptions;
  readonly #threads: CoreThread[] = [];
  readonly #stores = new Map<number, Store>();

  constructor(options: CoreHostOptions) {
    this.#options = options;
  }

  /** How often a worker has ended by itself. */
  get crashes(): number {
    return this.#threads.reduce((sum, thread) => sum + thread.crashes, 0);
  }

  /**
   * Opens a datastore, for the first time or again after it was lost or could not be opened. A datastore keeps its
   * worker until it is closed. Rejects as `ask` does.
   */
  async open(spec: StoreSpec, listener: StoreListener, patience: Patience): Promise<void> {
    const thread = this.#stores.get(spec.datastore)?.thread ?? this.#assign(spec.datastore);
    const store: Store = { name: spec.name, thread, listener, syncs: new Map(), open: false };
    this.#stores.set(spec.datastore, store);
    await thread.ask({ kind: 'open', ...spec }, patience);
    store.open = true;
  }

  /**
   * Closes a datastore and forgets it, even when this rejects; its subscribers hear whether it was `deleted`. Rejects as
   * `ask` does.
   */
  async close(datastore: number, deleted: boolean, patience: Patience): Promise<void> {
    const store = this.#stores.get(datastore);
    if (store === undefined) return;
    try {
      await store.thread.ask({ kind: 'close', datastore, deleted }, patience);
    } finally {
      this.#stores.delete(datastore);
    }
  }

  /**
   * Asks the core about a datastore. Rejects with CoreRefusalError (it answered no), CoreLostError (no worker holds
   * it at the moment), CoreDeadlineError, or the signal's reason.
   */
  async ask<Kind extends 'get' | 'observe'>(question: Ask<Kind>, patience: Patience): Promise<Answers[Kind]> {
    const store = this.#stores.get(question.datastore);
    if (store?.open !== true) {
      throw new CoreLostError(`the store of ${store?.name ?? 'the datastore'} is being opened`);
    }
    return store.thread.ask(question, patience);
  }

  /**
   * Sends a message about a datastore; buffers in `transfer` are no longer the caller's. To a datastore that is not
   * open nothing is sent, which its listeners know from `lost`; a `subscribe` is answered by `ended`.
   */
  send(message: Told, transfer?: ArrayBuffer[]): void {
    const store = this.#stores.get(message.datastore);
    if (store?.open === true && store.thread.post(message, transfer)) return;
    if (message.kind !== 'subscribe') return;
    const { datastore, subscriber } = message;
    // Not in the caller's own tick: it may not have noted its subscriber yet.
    queueMicrotask(() =>
      this.subscribers?.ended({
        kind: 'ended',
        datastore,
        subscriber,
        code: 'UNAVAILABLE',
        message: 'the datastore is being opened',
      }),
    );
  }

  /** Hears a sync's events until the datastore is lost or closed, or somebody else hears them. */
  onSync(datastore: number, slot: number, listener: SyncListener): void {
    this.#stores.get(datastore)?.syncs.set(slot, listener);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread[Symbol.asyncDispose]()));
  }

  /** One worker for each datastore as long as there are workers, then by number. */
  #assign(datastore: number): CoreThread {
    const taken = new Set(Array.from(this.#stores.values(), (store) => store.thread));
    const idle = this.#threads.find((thread) => !taken.has(thread));
    if (idle !== undefined) return idle;
    if (this.#threads.length < this.#options.workers) return this.#grow();
    return this.#threads[datastore % this.#threads.length] ?? this.#grow();
  }

  #grow(): CoreThread {
    const thread: CoreThread = new CoreThread(
      `core worker ${this.#threads.length}`,
      this.#options.settings,
      this.#options,
      { event: (message) => this.#dispatch(message), lost: (reason) => this.#lost(thread, reason) },
    );
    this.#threads.push(thread);
    return thread;
  }

  #dispatch(message: Exclude<FromCore, { readonly kind: 'reply' | 'refusal' }>): void {
    const store = this.#stores.get(message.datastore);
    switch (message.kind) {
      case 'ingested':
        return store?.syncs.get(message.sync)?.ingested(message.epoch);
      case 'sealed':
        return store?.syncs.get(message.sync)?.sealed(message.epoch);
      case 'synced':
        return store?.syncs.get(message.sync)?.synced(message.epoch);
      case 'degraded':
        return store?.listener.degraded(message.error);
      case 'feed':
        return this.subscribers?.feed(message);
      case 'behind':
        return this.subscribers?.behind(message);
      case 'page':
        return this.subscribers?.page(message);
      case 'ended':
        return this.subscribers?.ended(message);
    }
  }

  #lost(thread: CoreThread, reason: CoreLostError): void {
    for (const [datastore, store] of this.#stores) {
      if (store.thread !== thread || !store.open) continue;
      store.open = false;
      this.subscribers?.lost(datastore, reason);
      store.listener.lost(reason);
    }
  }
}
