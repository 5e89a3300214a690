import { VirtualClock } from '@syncline/testkit/virtual-clock.ts';
import { expect, test } from 'vitest';
import { SharedLists } from './shared-lists.ts';
import { TooManyWatchersError, Watchers } from './watchers.ts';

/** Lists of the words that begin with a filter, and how often one was made. */
function words(...initial: string[]) {
  const held = { words: initial, made: 0 };
  const lists = new SharedLists<string>(
    (filter) => filter,
    (filter) => {
      held.made += 1;
      return Buffer.from(held.words.filter((word) => word.startsWith(filter)).join(' '));
    },
  );
  return { held, lists };
}

const text = (bytes: Uint8Array | void) => (bytes === undefined ? undefined : Buffer.from(bytes).toString());

test('a thousand watchers of one filter share one list, made once a change', async () => {
  const { held, lists } = words('a', 'b');
  const watchers = new Watchers(new VirtualClock(), 2_000);
  const { signal } = new AbortController();
  const streams = Array.from({ length: 1_000 }, () =>
    watchers.open('target', 'peer').responses(lists.open('a').list, signal),
  );
  const first = await Promise.all(streams.map((stream) => stream.next()));
  expect(new Set(first.map(({ value }) => value)).size).toBe(1);
  held.words = ['a', 'ab'];
  lists.refresh(() => true);
  const second = await Promise.all(streams.map((stream) => stream.next()));
  expect(second.map(({ value }) => text(value))).toEqual(streams.map(() => 'a ab'));
  expect([held.made, lists.size]).toEqual([2, 1]);
});

test('a change that leaves a list as it is wakes nobody', async () => {
  const { held, lists } = words('a');
  const stop = new AbortController();
  const watchers = new Watchers(new VirtualClock(), 1);
  const stream = watchers.open('vip', 'peer').responses(lists.open('a').list, stop.signal);
  await stream.next();
  let woken = false;
  const next = stream.next().then(
    () => (woken = true),
    () => {},
  );
  held.words = ['a', 'b'];
  lists.refresh(() => true);
  await new Promise((resolve) => setImmediate(resolve));
  expect(woken).toBe(false);
  stop.abort();
  await next;
});

test('a list is only made anew when it is affected, and forgotten with its last watcher', () => {
  const { held, lists } = words('a', 'b');
  const subscriptions = [lists.open('a'), lists.open('b'), lists.open('a')];
  expect([held.made, lists.size]).toEqual([2, 2]);
  lists.refresh((filter) => filter === 'b');
  expect(held.made).toBe(3);
  subscriptions[0]?.[Symbol.dispose]();
  expect(lists.size).toBe(2);
  subscriptions[2]?.[Symbol.dispose]();
  expect(lists.size).toBe(1);
});

test('what a watcher was sent, skipped and leaves untaken is told', async () => {
  const clock = new VirtualClock();
  const { held, lists } = words('a');
  const watchers = new Watchers(clock, 1);
  const { signal } = new AbortController();
  using watcher = watchers.open('target', '10.0.0.1:5');
  const stream = watcher.responses(lists.open('').list, signal);
  await stream.next();
  clock.advance(250);
  expect(watchers.views()).toMatchObject([
    { peer: '10.0.0.1:5', delivered: 0, conflated: 0, blockedMs: 250 },
  ]);
  for (const word of ['b', 'c', 'd']) {
    held.words = [word];
    lists.refresh(() => true);
  }
  expect(text((await stream.next()).value)).toBe('d');
  expect(watchers.views()).toMatchObject([{ delivered: 1, conflated: 2, blockedMs: 0 }]);
  expect(watchers.counts().get('target')).toEqual({ open: 1, delivered: 1, conflated: 2 });
});

test('one watcher more than may be is refused, until one leaves', () => {
  const watchers = new Watchers(new VirtualClock(), 2);
  const first = watchers.open('flow', 'a');
  watchers.open('flow', 'b');
  expect(() => watchers.open('vip', 'c')).toThrow(TooManyWatchersError);
  first[Symbol.dispose]();
  watchers.open('vip', 'c');
  expect(watchers.views().map(({ peer }) => peer)).toEqual(['b', 'c']);
});
