import { expect, test } from 'vitest';
import { elapsedUs, lastSeq, mostUpdates, stampBytes, stampSent, stampSeq, writeStamp } from './stamp.ts';

test('a stamp says its number and its time, in nine bytes of a varint', () => {
  for (const seq of [0, 1, 127, 128, 99_999, 2 ** 28 + 5, mostUpdates - 1]) {
    for (const time of [0, 1, 2 ** 28 - 1, 2 ** 31, 2 ** 32 - 1]) {
      const bytes = new Uint8Array(stampBytes + 2).fill(0xff);
      writeStamp(bytes, 1, seq, time);
      expect([stampSeq(bytes, 1), stampSent(bytes, 1)]).toEqual([seq, time]);
      const inside = bytes.subarray(1, 1 + stampBytes);
      expect(inside.findIndex((byte) => byte < 0x80)).toBe(stampBytes - 1);
      expect([bytes[0], bytes.at(-1)]).toEqual([0xff, 0xff]);
    }
  }
});

test('time goes on over the end of 32 bits', () => {
  expect(elapsedUs(2 ** 32 - 10, 5)).toBe(15);
});

test('the last update of a leaf is the last one sent of its kind', () => {
  const leaves = 7;
  for (let sent = 0; sent < 40; sent++) {
    for (let leaf = 0; leaf < leaves; leaf++) {
      const all = Array.from({ length: sent }, (_, seq) => seq).filter((seq) => seq % leaves === leaf);
      expect(lastSeq(leaf, leaves, sent)).toBe(all.at(-1) ?? -1);
    }
  }
});
