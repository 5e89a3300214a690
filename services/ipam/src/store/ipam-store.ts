// All that an ipam keeps on disk, used through a StoreThread.
// Invariant: apply() is one transaction, so a process killed anywhere finds all changes of a call or none.

import { dataVariable } from '@syncline/rpc/settings/data.ts';
import { type Database, open, smallLogBytes } from '@syncline/sqlite/database.ts';
import { asStoreFault } from '@syncline/sqlite/store-fault.ts';
import { transact } from '@syncline/sqlite/transact.ts';
import { printPrefix } from '@syncline/trench/prefix.ts';
import type { Layout } from '../tree/layout.ts';
import type { Change, LeaseRow, TreeRows } from '../tree/rows.ts';
import type { StorePoint } from './failpoints.ts';
import { migrations } from './schema.ts';
import { Statements } from './statements.ts';

/** How the store uses its file; each comes from a setting. */
export interface StoreOptions {
  readonly file: string;
  /** How large the file may grow, in bytes; beyond it, writing fails as on a full disk. */
  readonly diskBytes: number;
  /** How long opening waits for another process that has the file. */
  readonly busyTimeoutMs: number;
}

/** Where a page of leases begins: after this one. */
export type LeaseCursor = Pick<LeaseRow, 'node' | 'name'>;

export class IpamStore implements Disposable {
  readonly #database: Database;
  readonly #statements: Statements;
  readonly #failpoint: (point: StorePoint) => void;

  /** Opens or creates the file. Throws StoreFaultError, of fault busy while another process has it open, and DatabaseOpenError. */
  constructor(options: StoreOptions, failpoint: (point: StorePoint) => void) {
    this.#failpoint = failpoint;
    this.#database = openFile(options);
    this.#statements = new Statements(this.#database);
  }

  /**
   * The prefixes are cut like this from now on. Throws RangeError when they were cut otherwise and some are given out:
   * their addresses would be others.
   */
  settle(layouts: readonly Layout[]): void {
    this.#write('settle the layout', () => {
      for (const layout of layouts) this.#settle(layout);
    });
  }

  /** All conduits and nodes. */
  branches(): Omit<TreeRows, 'leases'> {
    return this.#guarded('load', () => {
      this.#failpoint('load');
      return { conduits: this.#statements.conduits.all(), nodes: this.#statements.nodes.all() };
    });
  }

  /** A page of leases, up to `limit`, after `cursor` or from the first one on; the last page has fewer than `limit`. */
  leases(cursor: LeaseCursor | undefined, limit: number): LeaseRow[] {
    return this.#guarded('load', () =>
      this.#statements.leases
        .all(cursor?.node ?? 0, cursor?.name ?? '', limit)
        .map((row) => ({ ...row, releasing: row.releasing === 1 })),
    );
  }

  /** Makes the changes, in their order, all or none; they are on disk when it returns. Throws StoreFaultError. */
  apply(changes: readonly Change[]): void {
    this.#write('write', () => {
      for (const change of changes) this.#apply(change);
      this.#failpoint('apply.before-commit');
    });
    this.#failpoint('apply.after-commit');
  }

  /** Whether a write would be taken: writes something and leaves nothing of it. Throws StoreFaultError when it is not. */
  probe(): void {
    this.#write('probe', () => {
      this.#statements.addFiller.run();
      this.#statements.removeFiller.run();
      this.#failpoint('probe');
    });
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }

  #settle({ family, trench, conduit, node, child }: Layout): void {
    const wanted = { family, trench: printPrefix(trench), conduit, node, child };
    const kept = this.#statements.layout.get(family);
    if (kept !== undefined && isCutAlike(kept, wanted)) return;
    const used = this.#statements.conduitsOf.get(family)?.count ?? 0;
    if (kept !== undefined && used > 0) {
      throw new RangeError(
        `the ${family} prefixes that are kept are cut as ${cut(kept)}, the settings say ${cut(wanted)}: ` +
          'go back to those, or begin with an empty data folder',
      );
    }
    this.#statements.putLayout.run(wanted);
  }

  #apply(change: Change): void {
    switch (change.kind) {
      case 'add-conduit':
        this.#statements.addConduit.run(change.row);
        return;
      case 'add-node':
        this.#statements.addNode.run(change.row);
        return;
      case 'add-lease':
        this.#statements.addLease.run({ ...change.row, releasing: Number(change.row.releasing) });
        return;
      case 'set-releasing':
        this.#statements.setReleasing.run(Number(change.releasing), change.node, change.name);
        return;
      case 'remove-lease':
        this.#statements.removeLease.run(change.node, change.name);
        return;
      case 'remove-node':
        this.#statements.removeNode.run(change.id);
        return;
      case 'remove-conduit':
        this.#statements.removeConduit.run(change.id);
        return;
    }
  }

  #write(operation: string, body: () => void): void {
    transact(this.#database, operation, body);
  }

  #guarded<Value>(operation: string, body: () => Value): Value {
    try {
      return body();
    } catch (error) {
      throw asStoreFault(operation, error);
    }
  }
}

type Cut = Omit<Layout, 'trench'> & { readonly trench: string };

function isCutAlike(a: Cut, b: Cut): boolean {
  return cut(a) === cut(b);
}

function cut({ trench, conduit, node, child }: Cut): string {
  return `${trench}, /${conduit}, /${node}, /${child}`;
}

function openFile({ file, diskBytes, busyTimeoutMs }: StoreOptions): Database {
  try {
    return open(file, {
      migrations,
      synchronous: 'FULL',
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
