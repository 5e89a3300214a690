import { VirtualClock } from '@syncline/testkit/virtual-clock.ts';
import { beforeEach, expect, test } from 'vitest';
import { finish } from '../finish.fixture.ts';
import { StreamTable, type Targets } from './stream-table.ts';
import { readTarget } from './target.ts';

/** Targets with these identifiers, whose addresses follow from them. */
function targets(identifiers: readonly number[], ipOf = (id: number) => `172.16.0.${id}/24`): Targets {
  return new Map(
    identifiers.map((id) => {
      const row = { ips: [ipOf(id)], context: { identifier: String(id) } };
      return [id, readTarget(row, 10)];
    }),
  );
}

let table: StreamTable;
beforeEach(() => {
  table = new StreamTable({ trench: 't', conduit: 'c', stream: 's' }, 10, new VirtualClock());
});

function become(wanted: Targets, maxTargets = 10): void {
  table.want(maxTargets, wanted);
  finish(table.rebuilding());
}

test('without targets no packet is picked, and the lookup is counted', () => {
  expect(table.pick(7)).toBeUndefined();
  expect(table).toMatchObject({ lookups: 1, size: 997, live: undefined, lastChange: undefined });
});

test('until the new table is ready the old one answers', () => {
  become(targets([1]));
  table.want(10, targets([2]));
  expect(table.isRebuilt).toBe(false);
  const rebuilding = table.rebuilding();
  rebuilding.next();
  while (!table.isRebuilt) {
    expect(table.pick(5)?.member.target.identifier).toBe(1);
    rebuilding.next();
  }
  expect(table.pick(5)?.member.target.identifier).toBe(2);
});

test('the same targets again, whatever their order and that of their addresses, change nothing', () => {
  const both = (ips: string[]) => new Map([[1, readTarget({ ips, context: { identifier: '1' } }, 10)]]);
  become(both(['172.16.0.1/24', 'fd00::1/64']));
  table.want(10, both(['fd00::1/64', '172.16.0.1/24']));
  expect(table.isRebuilt).toBe(true);
});

test('a target that stays keeps its count, and one with other addresses is another', () => {
  become(targets([1]));
  table.pick(1);
  become(targets([1, 2]));
  expect(table.live?.members.get(1)?.lookups).toBe(1);
  become(targets([1, 2], (id) => `172.17.0.${id}/24`));
  expect(table.live?.members.get(1)?.lookups).toBe(0);
});

test('a change says what came, what left and what it moved', () => {
  become(targets([1, 2, 3, 4]));
  expect(table.lastChange).toMatchObject({ added: 4, removed: 0, moved: 997, collateral: 0 });
  const owned = table.live?.table.owned(4) ?? 0;
  become(targets([1, 2, 3]));
  const { moved = 0, collateral = 0 } = table.lastChange ?? {};
  expect(table.lastChange).toMatchObject({ added: 0, removed: 1 });
  expect(moved).toBe(owned + collateral);
  become(targets([]));
  expect(table.lastChange).toMatchObject({ added: 0, removed: 3, moved: 997, collateral: 0 });
});

test('a target whose addresses changed moves its own slots alone', () => {
  become(targets([1, 2, 3]));
  const before = table.live;
  become(targets([1, 2, 3], (id) => `172.16.${id === 2 ? 9 : 0}.${id}/24`));
  expect(table.lastChange).toMatchObject({
    added: 1,
    removed: 1,
    moved: before?.table.owned(2),
    collateral: 0,
  });
  expect(table.live?.table).toBe(before?.table);
});

test('another max-targets gives a table of another size', () => {
  become(targets([1, 2]));
  become(targets([1, 2]), 20);
  expect(table.live?.table.size).toBe(1_999);
  expect(table.lastChange).toMatchObject({ added: 0, removed: 0, moved: 1_999, collateral: 0 });
});
