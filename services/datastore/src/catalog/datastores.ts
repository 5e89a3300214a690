// The datastores of this process: the catalog on disk and what runs of it, kept in step. A name belongs to one
// create or delete at a time; what was acknowledged is on disk, and comes back by itself after a restart. What the
// catalog does not have in the end leaves nothing behind.

import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Catalog, type CatalogThread } from './catalog.ts';
import type { DatastoreConfig } from './config.ts';
import { Datastore, type DatastoreContext } from './datastore.ts';
import { DatastoreExistsError, UnknownDatastoreError } from './errors.ts';

/** Epochs that one start of the process may use: at one a second, more than thirty years of them. */
const epochsAStart = 1_000_000_000;

/** The epoch above which a start's epochs lie: above all of the starts before it. */
export function firstEpoch(start: number): number {
  return start * epochsAStart;
}

/** Reads a request that was kept, as CreateDataStore reads it. */
export type ReadConfig = (request: Uint8Array) => DatastoreConfig;

/** What lives under the names. */
export class Datastores implements AsyncDisposable {
  readonly #catalog: Catalog;
  readonly #context: DatastoreContext;
  readonly #byName = new Map<string, Datastore>();
  readonly #busy = new Set<string>();
  readonly #closing = new Set<Promise<void>>();
  #lastNumber = 0;

  constructor(thread: CatalogThread, context: DatastoreContext) {
    this.#catalog = new Catalog(thread, context.session.logger);
    this.#context = context;
  }

  /**
   * Brings back what the catalog holds and begins to open the stores; the promise inside resolves when they are open
   * and never rejects. Rejects, naming the datastore, when its config is not understood: a newer version wrote it.
   */
  async restore(read: ReadConfig): Promise<{ readonly opened: Promise<void> }> {
    const rows = await this.#catalog.list();
    await this.#removeOrphans(new Set(rows.map(({ number }) => String(number))));
    const openings = rows.map(({ number, name, request, paused }) => {
      const datastore = new Datastore(number, readKept(name, request, read), paused, this.#context);
      this.#byName.set(name, datastore);
      return datastore.openPatiently('start');
    });
    return { opened: Promise.all(openings).then(() => {}) };
  }

  /** Ready while every store is open; else the reason names those that are not. */
  readiness(): { readonly ready: boolean; readonly reason?: string } {
    const opening = this.list().filter((datastore) => !datastore.isOpen);
    if (opening.length === 0) return { ready: true };
    return { ready: false, reason: `stores being opened: ${opening.map(({ name }) => name).join(', ')}` };
  }

  /** Every datastore, by name. */
  list(): Datastore[] {
    return [...this.#byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  find(name: string): Datastore | undefined {
    return this.#byName.get(name);
  }

  /** Throws UnknownDatastoreError. */
  get(name: string): Datastore {
    const datastore = this.#byName.get(name);
    if (datastore === undefined) throw new UnknownDatastoreError(name);
    return datastore;
  }

  /**
   * Creates a datastore and starts its sessions; the device need not be there. Once this resolves it is on disk.
   * Rejects with DatastoreExistsError, or with the error of the core or the catalog: then nothing is kept.
   */
  async create(config: DatastoreConfig, request: Uint8Array): Promise<Datastore> {
    const { name } = config;
    if (this.#byName.has(name) || this.#busy.has(name)) throw new DatastoreExistsError(name);
    this.#busy.add(name);
    try {
      const datastore = new Datastore(await this.#nextNumber(), config, false, this.#context);
      try {
        await datastore.open();
        // Last: of a store that was not kept nothing is there after the next start.
        await this.#catalog.insert(datastore.number, name, request);
      } catch (error) {
        await datastore.close(true);
        throw error;
      }
      this.#byName.set(name, datastore);
      datastore.start('start');
      return datastore;
    } finally {
      this.#busy.delete(name);
    }
  }

  /**
   * Deletes a datastore: once this resolves its sessions are over and its files gone. Its name is free as soon as
   * the catalog has forgotten it. Rejects with UnknownDatastoreError, or with the catalog's error: then all stays.
   */
  async delete(name: string): Promise<void> {
    const datastore = this.get(name);
    if (this.#busy.has(name)) throw new UnknownDatastoreError(name);
    this.#busy.add(name);
    try {
      await this.#catalog.remove(datastore.number);
      this.#byName.delete(name);
    } finally {
      this.#busy.delete(name);
    }
    const closed = datastore.close(true);
    this.#closing.add(closed);
    await closed;
    this.#closing.delete(closed);
    this.#context.onDeleted(datastore.number);
  }

  /** Rejects with UnknownDatastoreError, or with the catalog's error: then nothing has changed. */
  async pause(name: string): Promise<void> {
    const datastore = this.get(name);
    await this.#catalog.setPaused(datastore.number, true);
    datastore.pause();
  }

  /** Rejects as pause() does. */
  async resume(name: string): Promise<void> {
    const datastore = this.get(name);
    await this.#catalog.setPaused(datastore.number, false);
    datastore.resume();
  }

  /** Closes all stores; nothing is deleted. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.list().map((datastore) => datastore.close(false)), ...this.#closing]);
    this.#byName.clear();
  }

  /** A number that no other datastore has had: of a create that failed before this start nothing is left. */
  async #nextNumber(): Promise<number> {
    const kept = await this.#catalog.lastNumber();
    this.#lastNumber = Math.max(this.#lastNumber, kept) + 1;
    return this.#lastNumber;
  }

  /** A create or delete that was cut short by the end of the process has left its files. */
  async #removeOrphans(numbers: ReadonlySet<string>): Promise<void> {
    const { directory } = this.#context;
    const folders = await foldersIn(directory);
    const orphans = folders.filter((folder) => /^\d+$/.test(folder) && !numbers.has(folder));
    await Promise.all(orphans.map((folder) => rm(join(directory, folder), { recursive: true, force: true })));
  }
}

/** None where the directory has not been made. */
async function foldersIn(directory: string): Promise<readonly string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

function readKept(name: string, request: Uint8Array, read: ReadConfig): DatastoreConfig {
  try {
    return read(request);
  } catch (error) {
    throw new Error(`the catalog's datastore ${JSON.stringify(name)} is not understood`, { cause: error });
  }
}
