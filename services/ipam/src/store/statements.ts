// Every statement of the store, prepared once.

import type { Database } from '@syncline/sqlite/database.ts';
import type { Family } from '@syncline/trench/address.ts';
import type { ConduitRow, LeaseRow, NodeRow } from '../tree/rows.ts';

/** SQLite has no booleans. */
interface StoredLease extends Omit<LeaseRow, 'releasing'> {
  readonly releasing: number;
}

interface StoredLayout {
  readonly family: Family;
  readonly trench: string;
  readonly conduit: number;
  readonly node: number;
  readonly child: number;
}

export class Statements {
  readonly layout;
  readonly putLayout;
  readonly conduitsOf;
  readonly conduits;
  readonly nodes;
  readonly leases;
  readonly addConduit;
  readonly addNode;
  readonly addLease;
  readonly setReleasing;
  readonly removeLease;
  readonly removeNode;
  readonly removeConduit;
  readonly addFiller;
  readonly removeFiller;

  constructor(database: Database) {
    this.layout = database.prepare<[Family], StoredLayout>('SELECT * FROM layout WHERE family = ?');
    this.putLayout = database.prepare<[StoredLayout]>(
      'INSERT OR REPLACE INTO layout VALUES (:family, :trench, :conduit, :node, :child)',
    );
    this.conduitsOf = database.prepare<[Family], { count: number }>(
      'SELECT count(*) AS count FROM conduit WHERE family = ?',
    );
    this.conduits = database.prepare<[], ConduitRow>('SELECT id, family, trench, name, slot FROM conduit');
    this.nodes = database.prepare<[], NodeRow>('SELECT id, conduit, name, slot FROM node');
    this.leases = database.prepare<[number, string, number], StoredLease>(
      'SELECT node, name, slot, releasing FROM lease WHERE (node, name) > (?, ?) ORDER BY node, name LIMIT ?',
    );
    this.addConduit = database.prepare<[ConduitRow]>(
      'INSERT INTO conduit (id, family, trench, name, slot) VALUES (:id, :family, :trench, :name, :slot)',
    );
    this.addNode = database.prepare<[NodeRow]>(
      'INSERT INTO node (id, conduit, name, slot) VALUES (:id, :conduit, :name, :slot)',
    );
    this.addLease = database.prepare<[StoredLease]>(
      'INSERT INTO lease (node, name, slot, releasing) VALUES (:node, :name, :slot, :releasing)',
    );
    this.setReleasing = database.prepare<[number, number, string]>(
      'UPDATE lease SET releasing = ? WHERE node = ? AND name = ?',
    );
    this.removeLease = database.prepare<[number, string]>('DELETE FROM lease WHERE node = ? AND name = ?');
    this.removeNode = database.prepare<[number]>('DELETE FROM node WHERE id = ?');
    this.removeConduit = database.prepare<[number]>('DELETE FROM conduit WHERE id = ?');
    // More than a page, so that room is asked for.
    this.addFiller = database.prepare('INSERT INTO probe VALUES (zeroblob(8192))');
    this.removeFiller = database.prepare('DELETE FROM probe');
  }
}
