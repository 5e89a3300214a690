import { copyFileSync, mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FailpointError } from '@syncline/runtime/failpoint.ts';
import { faultOf } from '@syncline/sqlite/store-fault.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { tinyLayouts, usualLayouts } from '../tree/layout.fixture.ts';
import type { Change, TreeRows } from '../tree/rows.ts';
import type { StorePoint } from './failpoints.ts';
import { IpamStore } from './ipam-store.ts';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'ipam-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

interface Opening {
  readonly name?: string;
  readonly diskBytes?: number;
  readonly failpoint?: (point: StorePoint) => void;
}

function openStore({
  name = 'addresses.db',
  diskBytes = 2 ** 30,
  failpoint = () => {},
}: Opening = {}): IpamStore {
  return new IpamStore({ file: join(directory, name), diskBytes, busyTimeoutMs: 0 }, failpoint);
}

function contents(store: IpamStore): TreeRows {
  return { ...store.branches(), leases: store.leases(undefined, 1_000) };
}

const conduit = (id: number, slot: number): Change => ({
  kind: 'add-conduit',
  row: { id, family: 'ipv4', trench: 't', name: `c${id}`, slot },
});
const node = (id: number, parent: number): Change => ({
  kind: 'add-node',
  row: { id, conduit: parent, name: `n${id}`, slot: id },
});
const lease = (parent: number, slot: number): Change => ({
  kind: 'add-lease',
  row: { node: parent, name: `a${slot}`, slot, releasing: false },
});
const someTree: readonly Change[] = [
  conduit(1, 0),
  node(2, 1),
  lease(2, 1),
  lease(2, 2),
  conduit(3, 1),
  node(4, 3),
];

/** What the disk refused when this was tried; undefined for a fault of ours. */
function refusal(attempt: () => unknown): string | undefined {
  try {
    attempt();
  } catch (error) {
    return faultOf(error);
  }
  return 'nothing';
}

test('what was applied is found by the next process, page by page', () => {
  {
    using store = openStore();
    store.apply(someTree);
    store.apply([{ kind: 'set-releasing', node: 2, name: 'a2', releasing: true }]);
  }
  using store = openStore();
  expect(store.branches()).toEqual({
    conduits: [
      { id: 1, family: 'ipv4', trench: 't', name: 'c1', slot: 0 },
      { id: 3, family: 'ipv4', trench: 't', name: 'c3', slot: 1 },
    ],
    nodes: [
      { id: 2, conduit: 1, name: 'n2', slot: 2 },
      { id: 4, conduit: 3, name: 'n4', slot: 4 },
    ],
  });
  const first = store.leases(undefined, 1);
  expect(first).toEqual([{ node: 2, name: 'a1', slot: 1, releasing: false }]);
  expect(store.leases(first[0], 1)).toEqual([{ node: 2, name: 'a2', slot: 2, releasing: true }]);
  expect(store.leases({ node: 2, name: 'a2' }, 1)).toEqual([]);
});

test('removing an entry removes all below it', () => {
  using store = openStore();
  store.apply(someTree);
  store.apply([{ kind: 'remove-lease', node: 2, name: 'a1' }]);
  expect(store.leases(undefined, 10).map(({ name }) => name)).toEqual(['a2']);
  store.apply([
    { kind: 'remove-conduit', id: 1 },
    { kind: 'remove-node', id: 4 },
  ]);
  expect(contents(store)).toMatchObject({ conduits: [{ id: 3 }], nodes: [], leases: [] });
});

test.for([
  [
    'one slot for two leases',
    lease(2, 9),
    { ...lease(2, 9), row: { node: 2, name: 'other', slot: 9, releasing: false } },
  ],
  ['one slot for two conduits', conduit(8, 7), conduit(9, 7)],
  ['a node of no conduit', node(8, 77), node(9, 1)],
] as const)('%s is refused as a fault of this program, and nothing of the call stays', ([, ...changes]) => {
  using store = openStore();
  store.apply(someTree);
  const before = contents(store);
  expect(refusal(() => store.apply(changes as readonly Change[]))).toBeUndefined();
  expect(contents(store)).toEqual(before);
});

test('a call that fails before its commit leaves nothing, and can be repeated', () => {
  let fails = true;
  const failpoint = (point: StorePoint) => {
    if (fails && point === 'apply.before-commit') throw new FailpointError(point, 'the disk is gone');
  };
  using store = openStore({ failpoint });
  expect(refusal(() => store.apply(someTree))).toBe('io');
  expect(contents(store)).toEqual({ conduits: [], nodes: [], leases: [] });
  fails = false;
  store.apply(someTree);
  expect(contents(store).leases).toHaveLength(2);
});

test('a full file refuses whole calls and probes, and takes them again when there is room', () => {
  using store = openStore({ diskBytes: 200_000 });
  store.apply([conduit(1, 0), node(2, 1)]);
  let slot = 0;
  const fill = () => {
    for (;;) {
      store.apply(Array.from({ length: 50 }, (_, i) => lease(2, slot + i + 1)));
      slot += 50;
    }
  };
  expect(refusal(fill)).toBe('disk-full');
  expect(store.leases(undefined, 100_000)).toHaveLength(slot);
  expect(refusal(() => store.probe())).toBe('disk-full');
  store.apply(Array.from({ length: slot }, (_, i) => ({ kind: 'remove-lease', node: 2, name: `a${i + 1}` })));
  store.probe();
  store.apply([lease(2, 1)]);
  expect(store.leases(undefined, 10)).toHaveLength(1);
});

test('with any end of its write-ahead log lost, a store is what some call left (F20)', () => {
  using store = openStore();
  const states = [contents(store)];
  for (const change of [...someTree, { kind: 'remove-node', id: 2 } as const]) {
    store.apply([change]);
    states.push(contents(store));
  }
  const wal = join(directory, 'addresses.db-wal');
  const { size } = statSync(wal);
  for (let cut = 0; cut <= size; cut += 1_111) {
    copyFileSync(join(directory, 'addresses.db'), join(directory, 'torn.db'));
    copyFileSync(wal, join(directory, 'torn.db-wal'));
    truncateSync(join(directory, 'torn.db-wal'), Math.min(cut, size));
    using torn = openStore({ name: 'torn.db' });
    expect(states).toContainEqual(contents(torn));
  }
});

test('a file that another process has open is busy, and one that is no database is corrupt', () => {
  using _ = openStore();
  expect(refusal(() => openStore())).toBe('busy');
  writeFileSync(join(directory, 'text.db'), 'this is plain text, and long enough to be a header '.repeat(20));
  expect(refusal(() => openStore({ name: 'text.db' }))).toBe('corrupt');
});

test('prefixes that are given out cannot be cut otherwise, before that they can', () => {
  using store = openStore();
  store.settle(Object.values(usualLayouts));
  store.settle(Object.values(tinyLayouts));
  store.apply([conduit(1, 0)]);
  store.settle(Object.values(tinyLayouts));
  // Nothing is given out in IPv6.
  store.settle([tinyLayouts.ipv4, usualLayouts.ipv6]);
  expect(() => store.settle([usualLayouts.ipv4])).toThrow(
    'the ipv4 prefixes that are kept are cut as 10.0.0.0/28, /29, /30, /32, the settings say 169.255.0.0/16, /20, /24, /32',
  );
});
