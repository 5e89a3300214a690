// For tests: a file of a LeafStore that is damaged, whether a core has it open or not.

import { closeSync, openSync, writeSync } from 'node:fs';
import { open } from '@syncline/sqlite/database.ts';

/** Overwrites the first page of a table. */
export function damage(file: string, table: 'leaf' | 'path'): void {
  const database = open(file, { migrations: [''], synchronous: 'NORMAL' });
  database.pragma('wal_checkpoint(TRUNCATE)');
  const first = database.prepare('SELECT rootpage FROM sqlite_schema WHERE name = ?').pluck().get(table);
  const bytes = Number(database.pragma('page_size', { simple: true }));
  const disk = openSync(file, 'r+');
  writeSync(disk, Buffer.alloc(bytes, 0xff), 0, bytes, (Number(first) - 1) * bytes);
  closeSync(disk);
  // Whoever has it open reads it anew.
  database.exec('UPDATE running SET version = version');
  database.close();
}
