// Who may write a state file: one process at a time, as the other stores of these services are held. The operating system
// lets go of the lock when the process ends, however it ends; the file beside the state file stays and says nothing.

import { dirname } from 'node:path';
import { makeFolder } from '@syncline/rpc/folder.ts';
import { type Database, open } from '@syncline/sqlite/database.ts';

const setting = 'SYNCLINE_TAP_STATE';

/** How long one that is just ending may take to let go, ms. */
const handoverMs = 1_000;

/** Held until it is disposed of. To be taken before anything is served: it waits on the main thread. */
export class StateLock implements Disposable {
  readonly #database: Database;

  /**
   * Takes `<path>.lock`, and makes the folder. Throws FolderError when there can be none, and DatabaseOpenError, which names
   * the setting, when another process has the file.
   */
  constructor(path: string) {
    makeFolder(dirname(path), setting);
    this.#database = open(`${path}.lock`, {
      migrations: [],
      synchronous: 'NORMAL',
      busyTimeoutMs: handoverMs,
      exclusive: true,
      setting,
    });
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }
}
