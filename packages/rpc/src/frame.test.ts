import fc from 'fast-check';
import { expect, test } from 'vitest';
import { frame, unframe } from './frame.ts';

test('unframing gives back what was framed', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array()), (messages) => {
      const frames = Buffer.concat(messages.map(frame));
      expect([...unframe(frames)].map((message) => [...message])).toEqual(messages.map((each) => [...each]));
    }),
  );
});

test('a run of frames may be a view into a larger buffer', () => {
  const padded = Buffer.concat([Buffer.from('xyz'), frame(Buffer.from('in')), Buffer.from('xyz')]);
  expect([...unframe(padded.subarray(3, -3))].map(String)).toEqual(['in']);
});

test.each([
  ['a header cut short', frame(Buffer.from('ab')).subarray(0, 3), 'frame at byte 0: header cut short'],
  [
    'a message cut short',
    frame(Buffer.from('ab')).subarray(0, 6),
    'frame at byte 0: 2 bytes announced, 1 follow',
  ],
  ['a compressed message', Buffer.from([1, 0, 0, 0, 0]), 'frame at byte 0: compression flag is 1, not 0'],
])('%s is an error that says where', (_, frames, message) => {
  expect(() => [...unframe(frames)]).toThrow(new RangeError(message));
});
