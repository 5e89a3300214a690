import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { finish } from '../finish.fixture.ts';
import { remapOf } from './remap.ts';
import { Rows } from './rows.ts';
import { MaglevTable } from './table.ts';

function filled(rows: Rows, active: readonly number[]): MaglevTable {
  return finish(MaglevTable.filling(rows, Uint16Array.from(active)));
}

const identifiersOf = (table: MaglevTable) =>
  Uint16Array.from({ length: table.size }, (_, slot) => table.identifierAt(slot));

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

/** Max-targets, and which of the identifiers are active. */
const streams = fc.integer({ min: 1, max: 120 }).chain((maxTargets) =>
  fc.record({
    maxTargets: fc.constant(maxTargets),
    active: fc.subarray(upTo(maxTargets), { minLength: 1 }),
  }),
);

test('every slot has an active target, and shares differ by one slot at the most', () => {
  fc.assert(
    fc.property(streams, ({ maxTargets, active }) => {
      const table = filled(new Rows(maxTargets), active);
      const owned = active.map((identifier) => table.owned(identifier));
      expect(owned.reduce((sum, slots) => sum + slots)).toBe(table.size);
      expect(Math.max(...owned) - Math.min(...owned)).toBeLessThanOrEqual(1);
      expect(table.filled).toBe(table.size);
    }),
    { numRuns: 60 },
  );
});

test('without targets no slot has one', () => {
  const table = filled(new Rows(3), []);
  expect(table.filled).toBe(0);
  expect(table.identifierAt(table.slotOf(4_000_000_000))).toBe(0);
});

test('a target that leaves takes its share with it, and less than 2 % of the other slots move', () => {
  const rows = new Rows(100);
  for (const leaves of upTo(10)) {
    const before = filled(rows, upTo(10));
    const after = filled(
      rows,
      upTo(10).filter((identifier) => identifier !== leaves),
    );
    const { moved, collateral } = finish(remapOf(before, after, (identifier) => identifier !== leaves));
    expect(moved).toBe(before.owned(leaves) + collateral);
    expect(collateral).toBeGreaterThan(0);
    expect(collateral / before.size).toBeLessThan(0.02);
  }
});

test('what a change moves is what a comparison slot by slot finds', () => {
  fc.assert(
    fc.property(
      fc.subarray(upTo(20)),
      fc.subarray(upTo(20)),
      fc.subarray(upTo(20)),
      (first, second, replaced) => {
        const rows = new Rows(20);
        const [before, after] = [filled(rows, first), filled(rows, second)];
        const stays = (id: number) => first.includes(id) && second.includes(id) && !replaced.includes(id);
        const [from, to] = [identifiersOf(before), identifiersOf(after)];
        const slots = upTo(before.size).map((slot) => [from[slot - 1] ?? 0, to[slot - 1] ?? 0] as const);
        const moved = slots.filter(([a, b]) => a !== b || (a !== 0 && !stays(a)));
        const collateral = moved.filter(([a, b]) => stays(a) && stays(b));
        expect(finish(remapOf(before, after, stays))).toEqual({
          moved: moved.length,
          collateral: collateral.length,
        });
      },
    ),
    { numRuns: 60 },
  );
});

test('tables of different sizes have no slot in common', () => {
  const [before, after] = [filled(new Rows(2), [1]), filled(new Rows(3), [1])];
  expect(finish(remapOf(before, after, () => true))).toEqual({ moved: 293, collateral: 0 });
});

test('another process fills the same table', () => {
  const digest = createHash('sha256');
  for (const maxTargets of [1, 100, 1_000]) {
    digest.update(
      identifiersOf(
        filled(
          new Rows(maxTargets),
          upTo(maxTargets).filter((id) => id % 3 !== 0),
        ),
      ),
    );
  }
  const script = fileURLToPath(new URL('./replica.fixture.ts', import.meta.url));
  expect(execFileSync(process.execPath, [script], { encoding: 'utf8' })).toBe(digest.digest('hex'));
});

test('the tables of this release are those of the first: replicas of both may run side by side', () => {
  const table = filled(new Rows(10), [1, 2, 5, 10]);
  expect(createHash('sha256').update(identifiersOf(table)).digest('hex').slice(0, 16)).toBe(
    'a85cc178202e18a5',
  );
});

test('filling a table for 10,000 targets yields often', () => {
  const work = MaglevTable.filling(new Rows(10_000), Uint16Array.from(upTo(10_000)));
  let steps = 0;
  while (work.next().done !== true) steps++;
  expect(steps).toBeGreaterThan(200);
});
