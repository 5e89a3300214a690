import { integer, seededRng } from '@syncline/runtime/rng.ts';
import { expect, test } from 'vitest';
import { ByteMap } from './byte-map.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

test('the same bytes have one id, wherever they lie in their buffer', () => {
  const map = new ByteMap();
  const id = map.intern(bytes('xx/a/b'), 2, 6);
  expect(map.find(bytes('/a/b'), 0, 4)).toBe(id);
  expect(map.find(bytes('/a/c'), 0, 4)).toBe(-1);
  expect(new TextDecoder().decode(map.view(id))).toBe('/a/b');
});

test('behaves as a Map of strings under random interning and removal', () => {
  const rng = seededRng(7);
  const map = new ByteMap();
  const model = new Map<string, number>();
  for (let step = 0; step < 60_000; step++) {
    const key = `/interfaces/${'k'.repeat(integer(rng, 40))}[${integer(rng, 3000)}]`;
    const buf = bytes(key);
    if (rng.next() < 0.45 && model.has(key)) {
      map.remove(model.get(key) as number);
      model.delete(key);
    } else {
      const id = map.intern(buf, 0, buf.length);
      if (model.has(key)) expect(id, key).toBe(model.get(key));
      model.set(key, id);
    }
  }
  expect(map.size).toBe(model.size);
  expect(new Set(model.values()).size).toBe(model.size);
  for (const [key, id] of model) {
    expect(map.find(bytes(key), 0, bytes(key).length), key).toBe(id);
    expect(new TextDecoder().decode(map.view(id))).toBe(key);
  }
});

test('memory of removed keys is used again', () => {
  const map = new ByteMap();
  const buf = new Uint8Array(1000);
  const view = new DataView(buf.buffer);
  for (let round = 0; round < 20_000; round++) {
    view.setUint32(0, round);
    map.remove(map.intern(buf, 0, buf.length));
  }
  expect(map.bound).toBe(1);
  expect(map.size).toBe(0);
});

test('ids chosen by the caller leave gaps that are handed out later', () => {
  const map = new ByteMap();
  map.put(3, bytes('d'), 0, 1);
  map.put(1, bytes('b'), 0, 1);
  const ids = ['x', 'y', 'z'].map((key) => map.intern(bytes(key), 0, 1));
  expect(new Set(ids)).toEqual(new Set([0, 2, 4]));
});

test('keys are told apart by every one of their bytes, whatever their length and alignment', () => {
  for (let offset = 0; offset < 4; offset++) {
    const map = new ByteMap();
    const ids = new Map<string, number>();
    const buf = new Uint8Array(16).subarray(offset);
    for (let length = 0; length <= 9; length++) {
      for (let changed = -1; changed < length; changed++) {
        buf.fill(7);
        if (changed >= 0) buf[changed + 1] = 8;
        const id = map.intern(buf, 1, 1 + length);
        ids.set(`${length} ${changed}`, id);
        expect(map.view(id)).toEqual(buf.slice(1, 1 + length));
      }
    }
    expect(new Set(ids.values()).size, `offset ${offset}`).toBe(ids.size);
    for (let length = 0; length <= 9; length++) {
      for (let changed = -1; changed < length; changed++) {
        const other = new Uint8Array(24).fill(7);
        if (changed >= 0) other[changed + 3] = 8;
        expect(map.find(other, 3, 3 + length)).toBe(ids.get(`${length} ${changed}`));
      }
    }
  }
});

test('two keys of the same length and hash are two keys', () => {
  // The second word can undo what the first did to the hash; this pair was computed from it.
  const map = new ByteMap();
  const ids = ['aaaaaaaa', 'aaamaiae'].map((key) => map.intern(bytes(key), 0, 8));
  expect(new Set(ids).size).toBe(2);
});
