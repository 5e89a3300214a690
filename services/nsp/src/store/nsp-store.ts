// All SQL of the service: the targets, and the configuration that was last in force.

import { dataVariable } from '@syncline/rpc/settings/data.ts';
import { type Database, open, smallLogBytes } from '@syncline/sqlite/database.ts';
import { asStoreFault } from '@syncline/sqlite/store-fault.ts';
import { transact } from '@syncline/sqlite/transact.ts';
import type { RowChange } from '../registry/registry-store.ts';
import type { Target, TargetStatus, TargetType } from '../registry/target.ts';
import type { StorePoint } from './failpoints.ts';
import { migrations } from './schema.ts';

export interface NspStoreOptions {
  readonly file: string;
  /** FULL: a commit is on disk when it returns. NORMAL: a power cut, not a kill, may lose the last ones. */
  readonly synchronous: 'NORMAL' | 'FULL';
  /** How large the file may grow. */
  readonly diskBytes: number;
  /** How long opening waits for another process that has the file. */
  readonly busyTimeoutMs: number;
}

interface TargetRow {
  readonly key: string;
  readonly type: TargetType;
  readonly status: TargetStatus;
  readonly trench: string;
  readonly conduit: string;
  readonly stream: string;
  readonly ips: string;
  readonly context: string;
}

export class NspStore implements Disposable {
  readonly #database: Database;
  readonly #putTarget: (row: TargetRow) => void;
  readonly #deleteTarget: (key: string) => void;
  readonly #pass: (point: StorePoint) => void;

  /** `pass` is called at each failpoint. Throws StoreFaultError or DatabaseOpenError when the file cannot be opened. */
  constructor(options: NspStoreOptions, pass: (point: StorePoint) => void) {
    this.#pass = pass;
    const { file, synchronous, diskBytes, busyTimeoutMs } = options;
    try {
      this.#database = open(file, {
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
    const put = this.#database.prepare<[TargetRow]>(
      `INSERT INTO target (key, type, status, trench, conduit, stream, ips, context)
       VALUES (@key, @type, @status, @trench, @conduit, @stream, @ips, @context)
       ON CONFLICT (key) DO UPDATE SET status = excluded.status, ips = excluded.ips, context = excluded.context`,
    );
    const remove = this.#database.prepare<[string]>('DELETE FROM target WHERE key = ?');
    this.#putTarget = (row) => void put.run(row);
    this.#deleteTarget = (key) => void remove.run(key);
  }

  /** In the order in which they were first registered. Throws StoreFaultError. */
  targets(): Target[] {
    return this.#attempt('read targets', () =>
      this.#database.prepare<[], TargetRow>('SELECT * FROM target ORDER BY row').all().map(targetOf),
    );
  }

  /** All changes or none, see RegistryStore.commit. Throws StoreFaultError when the disk refuses. */
  commit(changes: readonly RowChange[]): void {
    this.#write('targets', () => {
      if (changes.length === 0) this.#database.prepare('UPDATE trial SET count = count + 1').run();
      for (const change of changes) {
        if (change.kind === 'put') this.#putTarget(rowOf(change.target));
        else this.#deleteTarget(change.key);
      }
    });
  }

  /** The text given to keepConfiguration last. Throws StoreFaultError. */
  configuration(): string | undefined {
    return this.#attempt('read configuration', () =>
      this.#database.prepare<[], { text: string }>('SELECT text FROM configuration').get(),
    )?.text;
  }

  /** Throws StoreFaultError when the disk refuses. */
  keepConfiguration(text: string): void {
    this.#write('configuration', () => {
      this.#database.prepare<[string]>('INSERT OR REPLACE INTO configuration VALUES (1, ?)').run(text);
    });
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }

  #write(what: 'targets' | 'configuration', body: () => void): void {
    transact(this.#database, `write ${what}`, () => {
      body();
      this.#pass(`${what}.before-commit`);
    });
    this.#attempt(`write ${what}`, () => this.#pass(`${what}.after-commit`));
  }

  #attempt<Value>(operation: string, body: () => Value): Value {
    try {
      return body();
    } catch (error) {
      throw asStoreFault(operation, error);
    }
  }
}

function rowOf({ key, type, status, stream, ips, context }: Target): TargetRow {
  return { key, type, status, ...stream, ips: JSON.stringify(ips), context: JSON.stringify([...context]) };
}

function targetOf({ key, type, status, trench, conduit, stream, ips, context }: TargetRow): Target {
  return {
    key,
    type,
    status,
    stream: { trench, conduit, stream },
    ips: JSON.parse(ips) as string[],
    context: new Map(JSON.parse(context) as [string, string][]),
  };
}
