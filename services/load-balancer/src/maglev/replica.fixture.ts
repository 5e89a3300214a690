// A replica in a process of its own: prints the digest of its tables.

import { createHash } from 'node:crypto';
import { finish } from '../finish.fixture.ts';
import { Rows } from './rows.ts';
import { MaglevTable } from './table.ts';

const digest = createHash('sha256');
for (const maxTargets of [1, 100, 1_000]) {
  const active = Array.from({ length: maxTargets }, (_, i) => i + 1).filter((id) => id % 3 !== 0);
  const table = finish(MaglevTable.filling(new Rows(maxTargets), Uint16Array.from(active)));
  digest.update(Uint16Array.from({ length: table.size }, (_, slot) => table.identifierAt(slot)));
}
process.stdout.write(digest.digest('hex'));
