import { expect, test } from 'vitest';
import { firstOfTerm } from '../log/index.ts';
import { SharedFrames } from './shared-frames.ts';

const at = firstOfTerm(2);
const chunk = { first: at, count: 1, bytes: new Uint8Array(8) };
const make = () => [Buffer.alloc(1)];

test('followers at one position get one frame', () => {
  const frames = new SharedFrames();
  expect(frames.of(chunk, at, 2, true, make)).toBe(frames.of(chunk, at, 2, true, make));
});

test.each<[string, Parameters<SharedFrames['of']>]>([
  ['at another position', [chunk, at - 1, 2, true, make]],
  ['in a newer term', [chunk, at, 3, true, make]],
  ['of the other kind', [chunk, at, 2, false, make]],
  ['with other records', [{ ...chunk }, at, 2, true, make]],
])('a follower %s gets its own', (_, args) => {
  const frames = new SharedFrames();
  const first = frames.of(chunk, at, 2, true, make);
  expect(frames.of(...args)).not.toBe(first);
});

test('the last few are kept', () => {
  const frames = new SharedFrames();
  const first = frames.of(chunk, at, 2, true, make);
  for (let i = 1; i <= 4; i += 1) frames.of(chunk, at - i, 2, true, make);
  expect(frames.of(chunk, at, 2, true, make)).not.toBe(first);
});
