import { parsePath } from '@syncline/gnmi/path-text.ts';
import { expect, test } from 'vitest';
import { CoreFixture, notification, set } from './running.fixture.ts';

/** `count` entries of a list, with the value of each. */
const entries = (count: number, value: number) =>
  notification(Array.from({ length: count }, (_, i) => set(`/l[k=${i}]`, value)));

test('a leaf that went is remembered until its removal is known to have been taken', () => {
  using core = new CoreFixture({ limits: { pushChanges: 5000, ringEntries: 8192 } });
  core.tree(1, [entries(1100, 1)]);
  core.subscribe();
  const { head } = core.running.audience.ring;
  core.ingest(1, [notification([], ['/l'])]);
  core.running.audience.lag(1, head);
  core.told();
  core.running.audience.pull(1);
  expect(core.told().flatMap((it) => it.delete).length).toBe(1100);
});

test('a reader that takes everything keeps no leaf that went', () => {
  using core = new CoreFixture({ limits: { pushChanges: 5000 } });
  core.tree(1, []);
  core.subscribe();
  for (let i = 0; i < 10; i++) {
    core.ingest(1, [notification(Array.from({ length: 500 }, (_, k) => set(`/l[k=${i}.${k}]`, 1)))]);
    core.ingest(1, [notification([], ['/l'])]);
  }
  expect(core.running.leaves.bound).toBeLessThan(2500);
});

test('a reader of a quiet feed that stops long after its last message is owed nothing else', () => {
  using core = new CoreFixture({ limits: { ringEntries: 16 } });
  core.tree(1, [notification([set('/quiet', 1), set('/busy', 1)])]);
  core.subscribe({ path: parsePath('/quiet') });
  const { head } = core.running.audience.ring;
  for (let i = 0; i < 50; i++) core.ingest(1, [notification([set('/busy', 100 + i)])]);
  core.ingest(1, [notification([set('/quiet', 2)])]);
  core.running.audience.lag(1, head);
  core.told();
  core.running.audience.pull(1);
  const updates = core.told().flatMap(({ update }) => update);
  expect(updates.map(({ duplicates }) => duplicates)).toEqual([0]);
});

test('a change too large to push is pulled page by page, and remembered for nobody', () => {
  using core = new CoreFixture({ limits: { pushChanges: 100, ringEntries: 1 << 15, windowBytes: 1 << 24 } });
  core.tree(1, []);
  core.subscribe();
  core.ingest(1, [entries(20_000, 1)]);
  expect(core.events).toContain('behind');
  let updates = 0;
  do {
    core.running.audience.pull(1);
    expect(core.running.status().folded).toBe(0);
    updates += core.lastPage?.updates ?? 0;
  } while (core.lastPage?.then.kind === 'more');
  expect(updates).toBe(20_000);
});

test('beyond the bound on what is remembered, the one furthest behind is ended', () => {
  using core = new CoreFixture({ limits: { ringEntries: 16, pushChanges: 10, foldedEntries: 20 } });
  core.tree(1, []);
  core.subscribe();
  core.running.audience.lag(1, core.running.audience.ring.head);
  for (let i = 0; i < 40; i++) core.ingest(1, [notification([set(`/l[k=${i}]`, i)])]);
  expect(core.events).toContain('ended 1 ABORTED');
  expect(core.running.status()).toMatchObject({ lagging: 0, folded: 0 });
});
