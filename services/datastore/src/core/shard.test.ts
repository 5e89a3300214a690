import { seededRng } from '@syncline/runtime/rng.ts';
import { VirtualClock } from '@syncline/testkit/virtual-clock.ts';
import { expect, test } from 'vitest';
import { LeafStore } from './leaf-store.ts';
import type { FromCore } from './protocol.ts';
import { Shard } from './shard.ts';

test('a subscribe that crosses the close of its datastore is answered, other late messages are void', () => {
  const sent: FromCore[] = [];
  const shard = new Shard({
    clock: new VirtualClock(),
    rng: seededRng(1),
    failpoint: () => {},
    openStore: (file) => new LeafStore(file),
    traced: false,
    send: (message) => sent.push(message),
  });
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
