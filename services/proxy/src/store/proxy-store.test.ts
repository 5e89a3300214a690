import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { faultOf } from '@syncline/sqlite/store-fault.ts';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { MutableBook } from '../book/mutable-book.ts';
import type { Change, Owner } from '../book/state.ts';
import { connectionOf } from '../world/connection.fixture.ts';
import { bookOf, rowChange, strangersIn } from './book-rows.ts';
import { openStore, place, row } from './proxy-store.fixture.ts';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'proxy-store-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const target = fc.constantFrom('a', 'b', 'c');
const conduit = fc.constantFrom('edge', 'core');
const owner = fc.oneof(
  fc.constant<Owner>({ kind: 'bridge' }),
  target.map((id): Owner => ({ kind: 'connection', id })),
);
const owed = fc.record({
  subnet: fc.nat(2),
  owner,
  interfaceName: fc.constantFrom(undefined, 'nsm-0', 'nsm-1'),
});
const held = fc
  .record({
    id: target,
    subnet: fc.nat(2),
    sinceUnixMs: fc.nat(),
    vip: fc.constantFrom(undefined, '20.0.0.1/32'),
  })
  .map(({ id, subnet, sinceUnixMs, vip }) => ({
    id,
    connection: connectionOf(id, 'edge', vip),
    assigned: { subnet, src: ['10.0.0.2/24', 'fd00::2/64'], dst: [] },
    sinceUnixMs,
  }));
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ conduit, kind: fc.constant('put' as const), held }),
  fc.record({ conduit, kind: fc.constant('delete' as const), last: held }),
  fc.record({ conduit, kind: fc.constant('subnet' as const), subnet: fc.nat(5) }),
  fc.record({ conduit, kind: fc.constant('owe' as const), owed }),
  fc.record({ conduit, kind: fc.constant('clear' as const), owed, why: fc.constant('wanted' as const) }),
);

test('what is read after any steps is what the same steps make of the book in memory', () => {
  fc.assert(
    fc.property(fc.array(fc.array(change, { maxLength: 4 }), { maxLength: 10 }), (steps) => {
      rmSync(directory, { recursive: true });
      const model = new MutableBook(bookOf({ subnets: [], connections: [], owed: [] }, ['edge', 'core']));
      {
        using store = openStore(directory);
        for (const step of steps) {
          store.commit(step.map(rowChange));
          for (const each of step) model.apply(each);
        }
      }
      using store = openStore(directory);
      expect(bookOf(store.load(), ['edge', 'core'])).toEqual(model.conduits);
    }),
    { numRuns: 25 },
  );
});

test('a conduit that is not served keeps its rows, and is named', () => {
  using store = openStore(directory);
  const assigned = { subnet: 0, src: [], dst: [] };
  const one = { id: 'a', connection: connectionOf('a'), assigned, sinceUnixMs: 0 };
  store.commit(['old', 'edge'].map((name) => rowChange({ conduit: name, kind: 'put', held: one })));
  expect(strangersIn(store.load(), ['edge'])).toEqual(['old']);
  expect([...bookOf(store.load(), ['edge']).keys()]).toEqual(['edge']);
  expect(bookOf(store.load(), ['edge', 'old']).get('old')?.connections.size).toBe(1);
});

test('a file of another trench or node is not used', () => {
  using store = openStore(directory);
  store.settle(place);
  store.settle(place);
  expect(() => store.settle({ ...place, node: 'other' })).toThrow(
    'the file has connections of trench "demo" in namespace "default" on node "one", the settings say trench "demo" ' +
      'in namespace "default" on node "other": go back to those, or begin with an empty data folder',
  );
});

test('a step that the disk refuses is not made, none of it, and later ones are', () => {
  let isBroken = false;
  using store = openStore(directory, { diskBytes: 200_000 }, (point) => {
    if (isBroken && point === 'commit.before-commit') throw new RangeError('not a fault of the disk');
  });
  const big = row('big', 'edge', 300_000);
  const refused = () =>
    store.commit([
      { kind: 'put', row: row('a') },
      { kind: 'put', row: big },
    ]);
  let fault: unknown;
  try {
    refused();
  } catch (error) {
    fault = faultOf(error);
  }
  expect(fault).toBe('disk-full');
  isBroken = true;
  expect(() => store.commit([{ kind: 'put', row: row('b') }])).toThrow('not a fault of the disk');
  isBroken = false;
  store.commit([{ kind: 'put', row: row('c') }]);
  expect(store.load().connections.map(({ id }) => id)).toEqual(['c']);
});

test('a second process cannot open the file', () => {
  using _ = openStore(directory);
  let fault: unknown;
  try {
    openStore(directory);
  } catch (error) {
    fault = faultOf(error);
  }
  expect(fault).toBe('busy');
});

test.each([
  ['commit.before-commit', 2, ['a']],
  ['commit.after-commit', 2, ['a', 'b']],
] as const)('a process that is killed at %s, hit %d, leaves %j', async (point, hit, ids) => {
  const script = fileURLToPath(new URL('./proxy-store.fixture.ts', import.meta.url));
  const child = spawn(process.execPath, [script, directory, `${point}=kill@${hit}`], { stdio: 'inherit' });
  expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
  using store = openStore(directory);
  expect(store.load().connections.map(({ id }) => id)).toEqual(ids);
});
