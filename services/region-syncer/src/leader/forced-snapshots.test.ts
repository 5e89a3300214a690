import { expect, test } from 'vitest';
import { firstOfTerm } from '../log/index.ts';
import { TooManyOrdersError } from '../service/member.ts';
import { ForcedSnapshots } from './forced-snapshots.ts';

const at = firstOfTerm(1) + 5;

test('an order stands however often its follower comes back without what it was to take', () => {
  const forced = new ForcedSnapshots(2);
  forced.order('f');
  const order = forced.due('f', at);
  expect([order, forced.due('g', at)]).toEqual([{ sentTo: undefined }, undefined]);
  expect(forced.due('f', at)).toBe(order);
  if (order !== undefined) order.sentTo = at + 7;
  expect(forced.due('f', at + 6)).toBe(order);
  expect([forced.due('f', at + 7), forced.due('f', at)]).toEqual([undefined, undefined]);
});

test('a second order is not done by what the first has sent', () => {
  const forced = new ForcedSnapshots(2);
  forced.order('f');
  const first = forced.due('f', at);
  forced.order('f');
  if (first !== undefined) first.sentTo = at;
  expect(forced.due('f', at)).toEqual({ sentTo: undefined });
});

test('one order too many is refused, unless one that was sent makes room', () => {
  const forced = new ForcedSnapshots(2);
  forced.order('a');
  forced.order('b');
  forced.order('b');
  expect(() => forced.order('c')).toThrow(new TooManyOrdersError('c', 2));
  const sent = forced.due('a', at);
  if (sent !== undefined) sent.sentTo = at;
  forced.order('c');
  expect([forced.due('a', 0), forced.due('b', at), forced.due('c', at)]).toEqual([
    undefined,
    { sentTo: undefined },
    { sentTo: undefined },
  ]);
});
