import { rootPath } from '@syncline/gnmi/path.ts';
import { parsePath } from '@syncline/gnmi/path-text.ts';
import { expect, test } from 'vitest';
import { encodePath } from './path-wire.ts';
import type { SelectedPath } from './protocol.ts';
import { CoreFixture, notification, set } from './running.fixture.ts';

const everySecond = { kind: 'sample', intervalMs: 1000, heartbeatMs: 0, suppressRedundant: false } as const;

/** The paths that were told since the last time, and those that were deleted with a minus. */
const told = (core: CoreFixture) =>
  core
    .told()
    .flatMap((it) => [
      ...it.delete.map(({ elem }) => `-${elem[0]?.name}`),
      ...it.update.map(({ path }) => path?.elem[0]?.name),
    ]);

test('what is sampled alone is not pushed as it changes', () => {
  using core = new CoreFixture();
  core.tree(1, [notification([set('/a', 1)])]);
  core.subscribe({ delivery: everySecond });
  expect(told(core)).toEqual(['a']);
  core.ingest(1, [notification([set('/a', 2), set('/b', 1)])]);
  expect(told(core)).toEqual([]);
  core.advance(1000);
  expect(told(core)).toEqual(['a', 'b']);
});

test('a heartbeat repeats what is otherwise sent on change', () => {
  using core = new CoreFixture();
  core.tree(1, [notification([set('/a', 1)])]);
  core.subscribe({ delivery: { kind: 'change', heartbeatMs: 5000 } });
  told(core);
  core.ingest(1, [notification([set('/a', 2)])]);
  expect(told(core)).toEqual(['a']);
  core.advance(5000);
  expect(told(core)).toEqual(['a']);
});

test('a leaf in two paths of a subscription is delivered as each of them says', () => {
  using core = new CoreFixture();
  core.tree(1, [notification([set('/a', 1), set('/b', 1)])]);
  const paths: SelectedPath[] = [
    { path: encodePath(parsePath('/a')), delivery: { kind: 'change', heartbeatMs: 0 } },
    { path: encodePath(rootPath), delivery: everySecond },
  ];
  core.subscribe({ paths });
  expect(told(core)).toEqual(['a', 'b']);
  core.ingest(1, [notification([set('/a', 2), set('/b', 2)])]);
  expect(told(core)).toEqual(['a']);
  core.advance(1000);
  expect(told(core)).toEqual(['a', 'b']);
});

test('a sample that falls due while its reader lags is left out, a removal is told by the next', () => {
  using core = new CoreFixture();
  core.tree(1, [notification([set('/a', 1), set('/b', 1)])]);
  core.subscribe({ delivery: everySecond });
  told(core);
  core.running.audience.lag(1, core.running.audience.ring.head);
  core.ingest(1, [notification([], ['/b'])]);
  core.advance(1500);
  expect(told(core)).toEqual([]);
  core.running.audience.pull(1);
  core.advance(1000);
  expect(told(core)).toEqual(['-b', 'a']);
  core.advance(1000);
  expect(told(core)).toEqual(['a']);
});

test('nothing is sampled for one that has gone', () => {
  using core = new CoreFixture();
  core.tree(1, [notification([set('/a', 1)])]);
  core.subscribe({ delivery: everySecond });
  core.advance(1000);
  core.running.audience.unsubscribe(1);
  expect(core.clock.pending).toBe(0);
});
