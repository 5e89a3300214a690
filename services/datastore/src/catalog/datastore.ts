// A datastore as it runs: its store in the core and a session for each sync. The store is opened first and again
// whenever its worker was lost; sessions run while it is open and the datastore is not paused.

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { toProto } from '@syncline/gnmi/path-proto.ts';
import { type ModelData, Path } from '@syncline/proto/gnmi.ts';
import { Backoff, type BackoffSettings } from '@syncline/runtime/backoff.ts';
import { sleep } from '@syncline/runtime/clock.ts';
import type { CoreHost, StoreSpec } from '../core/host.ts';
import { CoreDeadlineError, CoreLostError, CoreRefusalError } from '../core/host-errors.ts';
import type { CoreLimits, CoreStatus } from '../core/protocol.ts';
import { Session, type SessionView } from '../session/session.ts';
import type { SessionContext } from '../session/spec.ts';
import type { Why } from '../session/state.ts';
import type { DatastoreConfig } from './config.ts';
import { DatastorePausedError, StoreClosedError, UnknownSyncError } from './errors.ts';

/** How datastores behave. All are settings. */
export interface DatastoreSettings {
  readonly limits: CoreLimits;
  /** How long the core may take to open or close a store; opening reads every leaf. */
  readonly openDeadlineMs: number;
  readonly closeDeadlineMs: number;
  /** How long Status waits for the core before it shows what it knew last. */
  readonly observeDeadlineMs: number;
  /** Between attempts to open a store. */
  readonly reopen: BackoffSettings;
  readonly syncDeadlineMs: number;
  readonly syncLimitMs: number;
}

/** What a datastore needs of the process. */
export interface DatastoreContext {
  readonly host: CoreHost;
  readonly session: SessionContext;
  readonly settings: DatastoreSettings;
  /** Holds a folder for each datastore, named by its number. */
  readonly directory: string;
  /** Epochs of this start of the process are above this. */
  readonly epoch: number;
  /** A datastore was deleted, by its number. */
  readonly onDeleted: (datastore: number) => void;
}

/** A datastore at one moment. */
export interface DatastoreView {
  readonly paused: boolean;
  readonly sessions: readonly { readonly name: string; readonly slot: number; readonly view: SessionView }[];
  /** The core's side; undefined when it has never answered. */
  readonly core: CoreStatus | undefined;
  /** Why the store does not take or show changes at the moment; empty when it does. */
  readonly degraded: string;
}

type Store =
  | { readonly kind: 'opening'; readonly why: string }
  | { readonly kind: 'open' }
  | { readonly kind: 'closed' };

/** One datastore, for as long as it is in the catalog and the process lives. */
export class Datastore {
  readonly number: number;
  readonly config: DatastoreConfig;
  readonly #context: DatastoreContext;
  readonly #sessions: readonly Session[];
  readonly #closing = new AbortController();
  #store: Store = { kind: 'opening', why: 'it has not been opened yet' };
  #degraded = '';
  #paused: boolean;
  #core: CoreStatus | undefined;

  constructor(number: number, config: DatastoreConfig, paused: boolean, context: DatastoreContext) {
    this.number = number;
    this.config = config;
    this.#paused = paused;
    this.#context = context;
    const { syncDeadlineMs, syncLimitMs } = context.settings;
    this.#sessions = config.syncs.map(
      ({ slot, name, mode, encoding, endpoint, interest }) =>
        new Session(
          {
            datastore: number,
            datastoreName: config.name,
            slot,
            name,
            plan: { mode, encoding, syncDeadlineMs, syncLimitMs },
            endpoint,
            interest,
            epoch: context.epoch,
          },
          context.session,
        ),
    );
  }

  get name(): string {
    return this.config.name;
  }

  get paused(): boolean {
    return this.#paused;
  }

  /** The models its device has announced, each once; empty until it has been reached. */
  get models(): readonly ModelData[] {
    const models = this.#sessions.flatMap((session) => session.models);
    return [...new Map(models.map((model) => [`${model.name}@${model.version}`, model])).values()];
  }

  /** The store is open: Get and Subscribe can be answered. */
  get isOpen(): boolean {
    return this.#store.kind === 'open';
  }

  /** Opens the store, once. Rejects with the core's error. */
  async open(): Promise<void> {
    const { host, settings } = this.#context;
    const { signal } = this.#closing;
    const listener = {
      degraded: (error: string) => {
        this.#degraded = error;
      },
      lost: (reason: CoreLostError) => this.#lost(reason),
    };
    await host.open(this.#spec(), listener, { deadlineMs: settings.openDeadlineMs, signal });
    signal.throwIfAborted();
    this.#store = { kind: 'open' };
    this.#degraded = '';
  }

  /** Starts the sessions, unless it is paused; while the store is being opened again, they start when it is open. */
  start(why: Why): void {
    if (this.#paused || !this.isOpen) return;
    for (const session of this.#sessions) session.start(why);
  }

  /**
   * Opens the store, however often it takes, and starts the sessions; returns when that is done or the datastore is
   * closed. Never rejects.
   */
  async openPatiently(why: Why): Promise<void> {
    const { session, settings } = this.#context;
    const { clock, rng, logger } = session;
    const { signal } = this.#closing;
    const backoff = new Backoff(settings.reopen, clock, rng);
    while (!signal.aborted) {
      try {
        await this.open();
        this.start(why);
        return;
      } catch (error) {
        if (signal.aborted) return;
        const text = error instanceof Error ? error.message : String(error);
        this.#store = { kind: 'opening', why: text };
        const inMs = backoff.next();
        logger.error({ err: error, datastore: this.name, retryInMs: inMs }, 'store not opened');
        // It may be open by now, in a worker that was only slow.
        if (error instanceof CoreDeadlineError) await this.#closeStore(false);
        await sleep(clock, inMs, signal).catch(() => {});
      }
    }
  }

  /** Ends the sessions; running stays as it is. The caller has made it durable. */
  pause(): void {
    this.#paused = true;
    for (const session of this.#sessions) session.stop('paused');
  }

  /** Takes the sessions up again. The caller has made it durable. */
  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.start('resume');
  }

  /**
   * Begins a new epoch of one sync, or of all when `sync` is ''; resolves with the epochs by name once they have
   * begun. Rejects with UnknownSyncError, DatastorePausedError, StoreClosedError, SessionFailedError or the signal's
   * reason.
   */
  async resync(sync: string, signal: AbortSignal): Promise<Map<string, number>> {
    const sessions = this.#sessions.filter(({ name }) => sync === '' || name === sync);
    if (sessions.length === 0) {
      throw new UnknownSyncError(
        this.name,
        sync,
        this.#sessions.map(({ name }) => name),
      );
    }
    if (this.#paused) throw new DatastorePausedError(this.name);
    if (this.#store.kind === 'opening') throw new StoreClosedError(this.name, this.#store.why);
    return new Map(
      await Promise.all(
        sessions.map(
          async (session): Promise<[string, number]> => [session.name, await session.resync(signal)],
        ),
      ),
    );
  }

  /** The sessions as they are now. */
  sessions(): DatastoreView['sessions'] {
    return this.#sessions.map((session, slot) => ({ name: session.name, slot, view: session.view }));
  }

  /** Everything, with what the core says; of a core that does not answer in time the last that it said. */
  async view(signal: AbortSignal): Promise<DatastoreView> {
    const degraded = (await this.#observe(signal)) || this.#degraded;
    return { paused: this.#paused, sessions: this.sessions(), core: this.#core, degraded };
  }

  /**
   * Ends the sessions and closes the store; one that is `deleted` loses its files. Never rejects: what cannot be closed
   * in time, or removed, is logged, and left to the end of the process or to the next start.
   */
  async close(deleted: boolean): Promise<void> {
    this.#store = { kind: 'closed' };
    for (const session of this.#sessions) session.stop(deleted ? 'deleted' : 'shutting down');
    this.#closing.abort();
    await this.#closeStore(deleted);
    if (deleted) await this.#removeFiles();
  }

  get #directory(): string {
    return join(this.#context.directory, String(this.number));
  }

  #spec(): StoreSpec {
    const { name, number: datastore, config } = this;
    return {
      datastore,
      name,
      file: join(this.#directory, 'running.db'),
      syncs: config.syncs.map(({ slot, name: sync, interest }) => ({
        slot,
        name: sync,
        paths: interest.paths.map((path) => Path.encode(toProto(path)).finish()),
      })),
      limits: this.#context.settings.limits,
    };
  }

  #lost(reason: CoreLostError): void {
    if (this.#store.kind === 'closed') return;
    this.#store = { kind: 'opening', why: reason.message };
    for (const session of this.#sessions) session.lost(reason.message);
    // Owned by close(), which aborts it; it never rejects.
    void this.openPatiently('worker_restart');
  }

  /** Asks the core for its status; gives why it cannot be had. */
  async #observe(signal: AbortSignal): Promise<string> {
    if (this.#store.kind === 'opening') return this.#store.why;
    const { host, settings } = this.#context;
    try {
      const patience = { deadlineMs: settings.observeDeadlineMs, signal };
      this.#core = await host.ask({ kind: 'observe', datastore: this.number }, patience);
      return '';
    } catch (error) {
      if (
        error instanceof CoreDeadlineError ||
        error instanceof CoreLostError ||
        error instanceof CoreRefusalError
      ) {
        return error.message;
      }
      throw error;
    }
  }

  async #closeStore(deleted: boolean): Promise<void> {
    const { host, session, settings } = this.#context;
    const patience = { deadlineMs: settings.closeDeadlineMs, signal: new AbortController().signal };
    try {
      await host.close(this.number, deleted, patience);
    } catch (error) {
      session.logger.warn({ err: error, datastore: this.name }, 'store not closed');
    }
  }

  async #removeFiles(): Promise<void> {
    try {
      await rm(this.#directory, { recursive: true, force: true });
    } catch (error) {
      const { logger } = this.#context.session;
      logger.warn({ err: error, datastore: this.name, folder: this.#directory }, 'files not removed');
    }
  }
}
