import { copyFileSync, existsSync, mkdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { FailpointError } from '@syncline/runtime/failpoint.ts';
import { faultOf } from '@syncline/sqlite/store-fault.ts';
import { type TempDir, tempDir } from '@syncline/testkit/temp-dir.ts';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RowChange } from '../registry/registry-store.ts';
import { aTarget } from '../registry/target.fixture.ts';
import type { Target } from '../registry/target.ts';
import type { StorePoint } from './failpoints.ts';
import { NspStore } from './nsp-store.ts';

let directory: TempDir;
let file: string;

beforeEach(async () => {
  directory = await tempDir('nsp-store');
  file = join(directory.path, 'registry.db');
});
afterEach(() => directory[Symbol.asyncDispose]());

function openStore(pass: (point: StorePoint) => void = () => {}, at = file, diskBytes = 64 << 20): NspStore {
  return new NspStore({ file: at, synchronous: 'NORMAL', diskBytes, busyTimeoutMs: 0 }, pass);
}

const put = (target: Target): RowChange => ({ kind: 'put', target });
const nth = (n: number, status: Target['status'] = 'enabled') =>
  aTarget([`10.0.0.${n}/24`, 'fd00::1/64'], { status });

test('targets come back as they were put, in the order in which they first came', () => {
  const odd = aTarget(['a host; "quoted"'], {
    type: 'frontend',
    stream: { trench: '', conduit: '', stream: '' },
    context: new Map([
      ['identifier', 'é\n'],
      ['', 'empty'],
    ]),
  });
  {
    using store = openStore();
    store.commit([put(nth(2, 'disabled')), put(odd)]);
    store.commit([put(nth(1))]);
    store.commit([put(nth(2))]);
  }
  using store = openStore();
  expect(store.targets()).toEqual([nth(2), odd, nth(1)]);
  store.commit([
    { kind: 'delete', key: odd.key },
    { kind: 'delete', key: 'nobody' },
  ]);
  expect(store.targets()).toEqual([nth(2), nth(1)]);
});

test('the configuration that was kept last is there', () => {
  {
    using store = openStore();
    expect(store.configuration()).toBeUndefined();
    store.keepConfiguration('a');
    store.keepConfiguration('trench: é');
  }
  using store = openStore();
  expect(store.configuration()).toBe('trench: é');
});

test('a commit that fails before its end leaves nothing of itself', () => {
  let fails = false;
  const pass = (point: StorePoint) => {
    if (fails && point.endsWith('.before-commit')) throw new FailpointError(point, 'no such disk');
  };
  using store = openStore(pass);
  store.commit([put(nth(1))]);
  fails = true;
  const failing = () => store.commit([put(nth(2)), { kind: 'delete', key: nth(1).key }]);
  expect(failing).toThrow('write targets: no such disk (FAILPOINT)');
  expect(() => store.keepConfiguration('a')).toThrow('write configuration: no such disk');
  expect(store.targets()).toEqual([nth(1)]);
  expect(store.configuration()).toBeUndefined();
});

test('a file that may not grow refuses what does not fit, a try without changes too, and keeps what is there', () => {
  using store = openStore(undefined, file, 64 << 10);
  store.commit([put(nth(1))]);
  const fault = (act: () => void) => {
    try {
      act();
    } catch (error) {
      return faultOf(error);
    }
    return undefined;
  };
  const many = Array.from({ length: 2_000 }, (_, n) => put(aTarget([`10.1.${n >> 8}.${n & 255}/16`])));
  expect(fault(() => store.commit(many))).toBe('disk-full');
  expect(store.targets()).toEqual([nth(1)]);
  expect(fault(() => store.commit([]))).toBeUndefined();
});

test('a file that another process has, and one that is no database, are refused with the reason', () => {
  {
    using _ = openStore();
    expect(() => openStore()).toThrow(/locked/);
  }
  writeFileSync(file, 'no database at all, but long enough to hold the header '.repeat(20));
  expect(() => openStore()).toThrow(`cannot open the database ${file}`);
});

test('with the end of the write-ahead log lost, the store is what one of its commits left', () => {
  const steps = fc.array(
    fc.array(
      fc.oneof(
        fc
          .tuple(fc.nat({ max: 5 }), fc.constantFrom('enabled' as const, 'disabled' as const))
          .map(([n, status]) => put(nth(n, status))),
        fc.nat({ max: 5 }).map((n): RowChange => ({ kind: 'delete', key: nth(n).key })),
      ),
      { minLength: 1, maxLength: 3 },
    ),
    { minLength: 1, maxLength: 8 },
  );
  const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(steps, cuts, (commits, ends) => {
      rmSync(directory.path, { recursive: true });
      mkdirSync(directory.path);
      using store = openStore();
      const left: Target[][] = [[]];
      for (const changes of commits) {
        store.commit(changes);
        left.push(store.targets());
      }
      for (const end of ends) {
        const found = afterCut(end);
        // Before the first commit the log has the tables themselves.
        expect(left.some((each) => isDeepStrictEqual(each, found))).toBe(true);
      }
    }),
    { numRuns: 15 },
  );
});

/** What a start finds when the machine died and only so much of the log was on disk. */
function afterCut(share: number): Target[] {
  const copy = join(directory.path, 'copy.db');
  for (const suffix of ['', '-wal']) {
    rmSync(`${copy}${suffix}`, { force: true });
    if (existsSync(`${file}${suffix}`)) copyFileSync(`${file}${suffix}`, `${copy}${suffix}`);
  }
  truncateSync(`${copy}-wal`, Math.floor(statSync(`${copy}-wal`).size * share));
  using store = openStore(undefined, copy);
  return store.targets();
}
