import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootPath } from '@syncline/gnmi/path.ts';
import { parsePath } from '@syncline/gnmi/path-text.ts';
import { open } from '@syncline/sqlite/database.ts';
import { expect, test } from 'vitest';
import { damage } from './damage.fixture.ts';
import { encodePath } from './path-wire.ts';
import { CoreFixture, notification, set } from './running.fixture.ts';

const large = (count: number) =>
  notification(Array.from({ length: count }, (_, i) => set(`/l[k=${i}]`, 'x'.repeat(30))));

test('after a refusal it is the turn of another sync', () => {
  const paths = [encodePath(rootPath)];
  using core = new CoreFixture({
    syncs: [
      { slot: 0, name: 'a', paths },
      { slot: 1, name: 'b', paths },
    ],
  });
  let refusals = 1;
  core.diskFails = (point) => point === 'commit.begin' && refusals-- > 0;
  core.tree(1, [notification([set('/a', 1)])], 0);
  core.tree(1, [notification([set('/b', 1)])], 1);
  core.advance(1000);
  expect(core.events.filter((event) => event.startsWith('synced'))).toEqual(['synced 1 1', 'synced 0 1']);
});

test('a tree that cannot go on on disk waits, says why, and goes on when the disk does', () => {
  using core = new CoreFixture({ limits: { windowBytes: 100 } });
  core.diskFails = (point) => point === 'spill';
  core.running.begin(0, 1);
  core.ingest(1, [large(20)]);
  expect(core.events).toEqual(['degraded']);
  expect(core.running.status().commits.lastError).toContain('the disk refuses');
  core.advance(1000);
  expect(core.events).toEqual(['degraded']);
  core.diskFails = false;
  core.advance(1000);
  expect(core.events).toEqual(['degraded', 'ingested 0 1']);
  core.ingest(1, ['sync']);
  expect(core.events).toContain('recovered');
  expect(core.leaves(parsePath('/l')).size).toBe(20);
});

test('a tree on disk is committed, or given up, although its values cannot be deleted there', () => {
  using core = new CoreFixture({ limits: { windowBytes: 100 } });
  core.diskFails = (point) => point === 'unspill';
  core.tree(1, [large(20)]);
  core.running.begin(0, 2);
  core.ingest(2, [large(30)]);
  core.running.begin(0, 3);
  core.ingest(3, [large(10), 'sync']);
  expect(core.leaves().size).toBe(10);
  expect(core.running.status().commits.failed).toBe(0);
});

test.each([
  ['a damaged file', (file: string) => damage(file, 'leaf'), /^writing .*running\.db: .*malformed/],
  [
    'a mistake of ours',
    (file: string) => {
      const database = open(file, { migrations: [''], synchronous: 'NORMAL' });
      database.exec('DROP TABLE leaf');
      database.close();
    },
    /no such table/,
  ],
])('%s is not tried again: it ends the worker', (_, spoil, told) => {
  const directory = mkdtempSync(join(tmpdir(), 'commits-'));
  try {
    const file = join(directory, 'running.db');
    using core = new CoreFixture({ file });
    core.tree(1, [notification([set('/a', 1)])]);
    spoil(file);
    expect(() => core.ingest(1, [notification([set('/a', 2)])])).toThrow(told);
    expect(core.events).not.toContain('degraded');
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test('what another sync is refused meanwhile does not put the next attempt off', () => {
  const paths = [encodePath(rootPath)];
  using core = new CoreFixture({
    limits: { windowBytes: 100 },
    syncs: [
      { slot: 0, name: 'a', paths },
      { slot: 1, name: 'b', paths },
    ],
  });
  core.diskFails = (point) => point === 'spill';
  core.running.begin(0, 1);
  core.ingest(1, [large(20)], 0);
  core.advance(5);
  core.running.begin(1, 1);
  core.ingest(1, [large(20)], 1);
  expect(core.running.status().commits.failed).toBe(2);
  core.diskFails = false;
  core.advance(5);
  expect(core.events).toContain('ingested 0 1');
});
