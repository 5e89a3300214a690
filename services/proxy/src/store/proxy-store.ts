// All that a proxy keeps on disk, used through a StoreThread.
// Invariant: commit() is one transaction, so a process killed anywhere finds all changes of a step or none.

import { dataVariable } from '@syncline/rpc/settings/data.ts';
import { type Database, open, smallLogBytes } from '@syncline/sqlite/database.ts';
import { asStoreFault } from '@syncline/sqlite/store-fault.ts';
import { transact } from '@syncline/sqlite/transact.ts';
import type { StorePoint } from './failpoints.ts';
import type { ConnectionRow, OwedRow, Place, RowChange, Rows, SubnetRow } from './rows.ts';
import { migrations } from './schema.ts';

/** How the store uses its file; each comes from a setting. */
export interface StoreOptions {
  readonly file: string;
  /** FULL: an answered step survives a power cut too. NORMAL: a killed process only. */
  readonly synchronous: 'NORMAL' | 'FULL';
  /** How large the file may grow, in bytes; beyond it, writing fails as on a full disk. */
  readonly diskBytes: number;
  /** How long opening waits for another process that has the file. */
  readonly busyTimeoutMs: number;
}

export class ProxyStore implements Disposable {
  readonly #database: Database;
  readonly #statements;
  readonly #failpoint: (point: StorePoint) => void;

  /** Opens or creates the file. Throws StoreFaultError, of fault busy while another process has it open, and DatabaseOpenError. */
  constructor(options: StoreOptions, failpoint: (point: StorePoint) => void) {
    this.#failpoint = failpoint;
    this.#database = openFile(options);
    this.#statements = prepare(this.#database);
  }

  /** Says where this proxy is. Throws RangeError when the file is another's. */
  settle(place: Place): void {
    const write = () => {
      const kept = this.#statements.place.get();
      if (kept === undefined) this.#statements.putPlace.run(place);
      else if (text(kept) !== text(place)) {
        throw new RangeError(
          `the file has connections of ${text(kept)}, the settings say ${text(place)}: ` +
            'go back to those, or begin with an empty data folder',
        );
      }
    };
    transact(this.#database, 'settle', write);
  }

  /** All that is kept. Throws StoreFaultError. */
  load(): Rows {
    const { subnets, connections, owed } = this.#statements;
    try {
      return { subnets: subnets.all(), connections: connections.all(), owed: owed.all() };
    } catch (error) {
      throw asStoreFault('load', error);
    }
  }

  /** Makes the changes, in their order, all or none. Throws StoreFaultError when the disk refuses. */
  commit(changes: readonly RowChange[]): void {
    const write = () => {
      for (const change of changes) this.#apply(change);
      this.#failpoint('commit.before-commit');
    };
    transact(this.#database, 'write', write);
    this.#failpoint('commit.after-commit');
  }

  /** Whether a write would be taken: writes something and leaves nothing of it. Throws StoreFaultError when it is not. */
  probe(): void {
    const write = () => {
      this.#statements.putFiller.run();
      this.#statements.removeFiller.run();
      this.#failpoint('probe');
    };
    transact(this.#database, 'probe', write);
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }

  #apply(change: RowChange): void {
    const { put, remove, putSubnet, owe, clear } = this.#statements;
    switch (change.kind) {
      case 'put':
        put.run(change.row);
        return;
      case 'delete':
        remove.run(change.conduit, change.id);
        return;
      case 'subnet':
        putSubnet.run(change.row);
        return;
      case 'owe':
        owe.run(change.row);
        return;
      case 'clear':
        clear.run(change.row);
        return;
    }
  }
}

function prepare(database: Database) {
  return {
    place: database.prepare<[], Place>('SELECT trench, namespace, node FROM place'),
    putPlace: database.prepare<[Place]>('INSERT INTO place VALUES (1, @trench, @namespace, @node)'),
    subnets: database.prepare<[], SubnetRow>('SELECT name, subnet FROM conduit'),
    putSubnet: database.prepare<[SubnetRow]>('REPLACE INTO conduit VALUES (@name, @subnet)'),
    connections: database.prepare<[], ConnectionRow>(
      'SELECT conduit, id, connection, subnet, src, dst, since_unix_ms AS sinceUnixMs FROM connection',
    ),
    put: database.prepare<[ConnectionRow]>(
      'REPLACE INTO connection VALUES (@conduit, @id, @connection, @subnet, @src, @dst, @sinceUnixMs)',
    ),
    remove: database.prepare<[string, string]>('DELETE FROM connection WHERE conduit = ? AND id = ?'),
    putFiller: database.prepare<[]>('INSERT INTO probe VALUES (zeroblob(65536))'),
    removeFiller: database.prepare<[]>('DELETE FROM probe'),
    owed: database.prepare<[], OwedRow>('SELECT conduit, subnet, id, interface FROM owed'),
    owe: database.prepare<[OwedRow]>('REPLACE INTO owed VALUES (@conduit, @subnet, @id, @interface)'),
    clear: database.prepare<[OwedRow]>(
      'DELETE FROM owed WHERE conduit = @conduit AND subnet = @subnet AND id = @id',
    ),
  };
}

function openFile({ file, synchronous, diskBytes, busyTimeoutMs }: StoreOptions): Database {
  try {
    return open(file, {
      migrations,
      synchronous,
      busyTimeoutMs,
      exclusive: true,
      setting: dataVariable,
      maxBytes: diskBytes,
      logBytes: smallLogBytes,
    });
  } catch (error) {
    throw asStoreFault('open', error);
  }
}

function text({ trench, namespace, node }: Place): string {
  return `trench "${trench}" in namespace "${namespace}" on node "${node}"`;
}
