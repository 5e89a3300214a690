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
