// Which `make up` has a data folder: one at a time. The operating system lets go of the lock when the process ends, however
// it ends. The file that says which process it is stays, and is read only while the lock is held.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dataVariable } from '@syncline/rpc/settings/data.ts';
import { type Database, open } from '@syncline/sqlite/database.ts';
import { asStoreFault, faultOf } from '@syncline/sqlite/store-fault.ts';

/** Held until it is disposed of, or until this process ends. */
export class DataLock implements Disposable {
  readonly #database: Database;

  /**
   * Takes the lock of `folder`, at once or not at all. Throws an error that names the process which has it, and
   * DatabaseOpenError when there can be no lock.
   */
  constructor(folder: string) {
    const pidFile = join(folder, 'up.pid');
    try {
      this.#database = open(join(folder, 'up.lock'), {
        migrations: [],
        synchronous: 'NORMAL',
        busyTimeoutMs: 0,
        exclusive: true,
      });
    } catch (error) {
      if (faultOf(asStoreFault('make up', error)) !== 'busy') throw error;
      // One that has just begun may not have said it yet.
      const pid = existsSync(pidFile) ? `, as process ${readFileSync(pidFile, 'utf8').trim()}` : '';
      throw new Error(
        `\`make up\` is running already${pid}, with its data in ${folder}; stop it, or set ${dataVariable} to another place`,
        { cause: error },
      );
    }
    writeFileSync(pidFile, `${process.pid}\n`);
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }
}
