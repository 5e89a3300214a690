import { unframe } from '@syncline/rpc/frame.ts';
import { expect, test } from 'vitest';
import { FrameWriter } from './frame-writer.ts';

const texts = (frames: Uint8Array) => [...unframe(frames)].map((message) => message.toString());

test('messages come out framed, in order, once', () => {
  const writer = new FrameWriter();
  writer.add(Buffer.from('one'));
  writer.add(Buffer.from(''));
  expect(writer.length).toBe(13);
  expect(texts(writer.take())).toEqual(['one', '']);
  writer.add(Buffer.from('two'));
  expect(texts(writer.take())).toEqual(['two']);
  expect(writer.take()).toHaveLength(0);
});

test('what was taken is never written over', () => {
  const writer = new FrameWriter();
  const taken: Buffer[] = [];
  for (let i = 0; i < 2_000; i++) {
    writer.add(Buffer.from(`message ${i}`.repeat(1 + (i % 20))));
    if (i % 7 === 0) taken.push(writer.take());
  }
  taken.push(writer.take());
  const expected = Array.from({ length: 2_000 }, (_, i) => `message ${i}`.repeat(1 + (i % 20)));
  expect(taken.flatMap(texts)).toEqual(expected);
});

test('a message longer than a block is one frame', () => {
  const writer = new FrameWriter();
  writer.add(Buffer.from('small'));
  writer.add(Buffer.alloc(1 << 20, 'x'));
  writer.add(Buffer.from('small'));
  expect([...unframe(writer.take())].map((message) => message.length)).toEqual([5, 1 << 20, 5]);
});
