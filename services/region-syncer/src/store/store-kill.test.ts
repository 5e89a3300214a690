// A process may be killed anywhere: what it leaves in its files is what its last finished call left, or the one it died in.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type StorePoint, storePoints } from './failpoints.ts';
import type { RegionStore } from './region-store.ts';
import { appendTo, type Contents, contents, identity, openStore, storeOptions } from './store.fixture.ts';
import { killedScript } from './store-kill.fixture.ts';
import { emptyModel, expected, type Model } from './store-model.fixture.ts';
import { type Act, acts, everyAct, stepsOf } from './store-steps.fixture.ts';

/** What was written when these are passed is there. */
const committed: readonly StorePoint[] = ['log.append.after-commit', 'generation.after-flip', 'sync'];

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'kill-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

/** Copies what a process that dies now leaves, with the write-ahead log cut to `walBytes`; gives the directory. */
function leave(walBytes?: number): string {
  const copy = join(directory, 'copy');
  mkdirSync(copy);
  const { file } = storeOptions(directory);
  const found = storeOptions(copy).file;
  copyFileSync(file, found);
  if (existsSync(`${file}-wal`)) copyFileSync(`${file}-wal`, `${found}-wal`);
  if (walBytes !== undefined) truncateSync(`${found}-wal`, walBytes);
  return copy;
}

/** What a restart finds of that. */
function afterDeath(walBytes?: number): Contents {
  const copy = leave(walBytes);
  try {
    using store = openStore(copy);
    return contents(store);
  } finally {
    rmSync(copy, { recursive: true });
  }
}

/** Takes the steps of a script, and shows the model after each. */
function play(store: RegionStore, script: readonly Act[], taken: (model: Model, step: string) => void): void {
  let model = emptyModel;
  for (const act of script) {
    for (const step of stepsOf(act, model)) {
      step.run(store);
      model = step.effect(model);
      taken(model, step.name);
    }
  }
}

test('at every point where it may be killed, a store is what its last finished call left', () => {
  const reached: Set<StorePoint> = new Set();
  fc.assert(
    fc.property(acts, (script) => {
      rmSync(directory, { recursive: true });
      mkdirSync(directory);
      let model = emptyModel;
      const after: Contents[] = [];
      const die = (point: StorePoint) => {
        reached.add(point);
        if (committed.includes(point)) after.push(afterDeath());
        else expect(afterDeath()).toEqual(expected(model));
      };
      using store = openStore(directory, {}, die);
      store.identify(identity);
      expect(after.pop()).toEqual(expected(model));
      play(store, script, (next) => {
        model = next;
        const found = after.pop();
        if (found !== undefined) expect(found).toEqual(expected(model));
      });
      expect(afterDeath()).toEqual(expected(model));
    }),
    { numRuns: 12, examples: [[everyAct]] },
  );
  expect([...reached].sort()).toEqual([...storePoints].sort());
});

test('with the end of its write-ahead log lost, a store is what some call left', () => {
  fc.assert(
    fc.property(
      acts,
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 6 }),
      (script, cuts) => {
        rmSync(directory, { recursive: true });
        mkdirSync(directory);
        const { file } = storeOptions(directory);
        // Nothing is moved into the file, so that any end of the log may be lost.
        using store = openStore(directory, { walPages: 1_000_000 });
        const unknown = expected(emptyModel);
        const states: Contents[] = [{ ...unknown, boot: { ...unknown.boot, identity: undefined } }];
        store.identify(identity);
        states.push(expected(emptyModel));
        play(store, script, (model) => states.push(expected(model)));
        const { size } = statSync(`${file}-wal`);
        for (const cut of cuts) {
          const found = afterDeath(Math.floor(size * cut));
          expect(states.some((state) => isDeepStrictEqual(state, found))).toBe(true);
        }
      },
    ),
    { numRuns: 20 },
  );
});

test('what must not be given out twice is not, even when all of the write-ahead log is lost', () => {
  using store = openStore(directory, { walPages: 1_000_000 });
  store.identify(identity);
  const term = store.startTerm(0);
  const id = store.reserveIds(10);
  appendTo(store, 20);
  using after = openStore(leave(0));
  expect(after.boot()).toMatchObject({ identity, maxTerm: term });
  expect(after.startTerm(0)).toBe(term + 1);
  expect(after.reserveIds(1)).toBe(id + 1n);
});

test('a term that was heard of, or raised to, is not given out again either', () => {
  using store = openStore(directory, { walPages: 1_000_000 });
  store.identify(identity);
  store.seeTerm(7);
  using after = openStore(leave(0));
  expect(after.startTerm(0)).toBe(8);
});

/** What the script leaves after each step, and during which step each hit of a point is. */
function rehearse() {
  const states: Contents[] = [];
  const hits: { readonly point: StorePoint; readonly step: number }[] = [];
  using store = openStore(join(directory, 'rehearsal'), {}, (point) =>
    hits.push({ point, step: states.length }),
  );
  for (const step of killedScript) {
    step(store);
    states.push(contents(store));
  }
  return { states, hits };
}

test.each([
  ['log.append.before-commit', 4, 'before'],
  ['log.append.after-commit', 4, 'after'],
  ['generation.piece', 3, 'before'],
  ['generation.before-flip', 1, 'before'],
  ['generation.after-flip', 2, 'after'],
  ['term.start', 2, 'before'],
  ['sync', 2, 'after'],
  ['trim', 1, 'before'],
] as const)('a process that is killed at %s, hit %d, leaves what was %s', async (point, hit, when) => {
  const { states, hits } = rehearse();
  const step = hits.filter((passed) => passed.point === point)[hit - 1]?.step ?? -1;
  const killed = join(directory, 'killed');
  const script = fileURLToPath(new URL('./store-kill.fixture.ts', import.meta.url));
  const child = spawn(process.execPath, [script, killed, `${point}=kill@${hit}`], { stdio: 'inherit' });
  expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
  using store = openStore(killed);
  expect(contents(store)).toEqual(states[when === 'before' ? step - 1 : step]);
});
