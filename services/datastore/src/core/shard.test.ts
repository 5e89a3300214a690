import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRng } from '@syncline/runtime/rng.ts';
import { VirtualClock } from '@syncline/testkit/virtual-clock.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { damage } from './damage.fixture.ts';
import { LeafStore } from './leaf-store.ts';
import type { FromCore } from './protocol.ts';
import { roomyLimits } from './running.fixture.ts';
import { Shard } from './shard.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'shard-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

function shardOf(sent: FromCore[], openStore: (file: string) => LeafStore = (file) => new LeafStore(file)) {
  return new Shard({
    clock: new VirtualClock(),
    rng: seededRng(1),
    failpoint: () => {},
    openStore,
    traced: false,
    send: (message) => sent.push(message),
  });
}

test('a subscribe that crosses the close of its datastore is answered, other late messages are void', () => {
  const sent: FromCore[] = [];
  const shard = shardOf(sent);
  const subscription = {
    mode: 'stream',
    updatesOnly: false,
    paths: [],
    encoding: 2,
    target: '',
    depth: 0,
  } as const;
  shard.receive({ kind: 'pull', datastore: 1, subscriber: 7 });
  shard.receive({ kind: 'subscribe', datastore: 1, subscriber: 7, subscription });
  expect(sent).toEqual([
    { kind: 'ended', datastore: 1, subscriber: 7, code: 'UNAVAILABLE', message: 'the datastore is closed' },
  ]);
});

test('a store that cannot be read is named and closed, so that it can be mended and opened again', () => {
  const sent: FromCore[] = [];
  const stores: LeafStore[] = [];
  const shard = shardOf(sent, (file) => {
    const store = new LeafStore(file);
    stores.push(store);
    return store;
  });
  const file = join(directory, 'running.db');
  const open = { kind: 'open', datastore: 1, name: 'r1', file, syncs: [], limits: roomyLimits } as const;
  new LeafStore(file)[Symbol.dispose]();
  damage(file, 'leaf');
  shard.receive({ ...open, request: 1 });
  const message = `reading ${file}: database disk image is malformed (SQLITE_CORRUPT)`;
  expect(sent).toEqual([{ kind: 'refusal', request: 1, code: 'INTERNAL', message }]);
  expect(() => stores[0]?.version()).toThrow('not open');
  rmSync(file);
  shard.receive({ ...open, request: 2 });
  expect(sent[1]).toEqual({ kind: 'reply', request: 2, value: { done: true } });
  shard.receive({ kind: 'close', request: 3, datastore: 1, deleted: false });
});
