import { VirtualClock } from '@syncline/testkit/virtual-clock.ts';
import { expect, test } from 'vitest';
import { Digest } from '../regions/digest.ts';
import { DigestStamp } from './digest-stamp.ts';

test('a digest is due at once and then once in so long, and none before somebody wants them', () => {
  const clock = new VirtualClock();
  const digest = new Digest();
  const stamp = new DigestStamp(clock, () => digest);
  expect(stamp.take()).toBeUndefined();
  stamp.every(100);
  expect(stamp.take()).toEqual(digest.encode());
  clock.advance(99);
  expect(stamp.take()).toBeUndefined();
  clock.advance(1);
  digest.toggle(7, 1, 2);
  expect(stamp.take()).toEqual(digest.encode());
  expect(stamp.take()).toBeUndefined();
});
