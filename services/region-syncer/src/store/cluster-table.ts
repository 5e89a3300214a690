// What a PD keeps besides regions: who it is, the stores, the ids it has given out, and that the cluster was bootstrapped.

import type { Database } from '@syncline/sqlite/database.ts';
import { uint64Text } from './uint64.ts';

/** The cluster that the regions are of, and this node among its members. */
export interface Identity {
  readonly clusterId: bigint;
  readonly memberId: bigint;
}

/** A store of the cluster: an encoded metapb.Store. */
export interface StoreRow {
  readonly id: bigint;
  readonly store: Uint8Array;
}

export class ClusterTable {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Who this node is; undefined before its first start. */
  identity(): Identity | undefined {
    const row = this.#database
      .prepare<[], { cluster_id: string; member_id: string }>('SELECT cluster_id, member_id FROM identity')
      .get();
    return row && { clusterId: BigInt(row.cluster_id), memberId: BigInt(row.member_id) };
  }

  setIdentity({ clusterId, memberId }: Identity): void {
    this.#database
      .prepare<[string, string]>('INSERT INTO identity VALUES (1, ?, ?)')
      .run(uint64Text('cluster id', clusterId), uint64Text('member id', memberId));
  }

  putStore({ id, store }: StoreRow): void {
    this.#database
      .prepare<[string, Uint8Array]>('REPLACE INTO store VALUES (?, ?)')
      .run(uint64Text('store id', id), store);
  }

  /** Every store, by id. */
  stores(): StoreRow[] {
    return this.#database
      .prepare<[], { id: string; store: Buffer }>('SELECT id, store FROM store ORDER BY length(id), id')
      .all()
      .map((row) => ({ id: BigInt(row.id), store: new Uint8Array(row.store) }));
  }

  /** The highest id that was given out. */
  lastId(): bigint {
    return BigInt(this.#database.prepare<[], string>('SELECT last_id FROM cluster').pluck().get() ?? '0');
  }

  setLastId(id: bigint): void {
    this.#database.prepare<[string]>('UPDATE cluster SET last_id = ?').run(uint64Text('id', id));
  }

  /** What the cluster was bootstrapped with; undefined before. */
  bootstrapped(): Uint8Array | undefined {
    const record = this.#database.prepare<[], Buffer | null>('SELECT bootstrap FROM cluster').pluck().get();
    return record ? new Uint8Array(record) : undefined;
  }

  setBootstrapped(record: Uint8Array): void {
    this.#database.prepare<[Uint8Array]>('UPDATE cluster SET bootstrap = ?').run(record);
  }
}
