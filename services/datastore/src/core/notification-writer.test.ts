import { parsePath } from '@syncline/gnmi/path-text.ts';
import { Encoding, SubscribeResponse, TypedValue } from '@syncline/proto/gnmi.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LeafTable, noPrefix } from './leaf-table.ts';
import { NotificationWriter } from './notification-writer.ts';
import { encodePath } from './path-wire.ts';

function leafOf(leaves: LeafTable, path: string, value: TypedValue['value'], time: bigint): number {
  const pathBytes = encodePath(parsePath(path));
  const leaf = leaves.resolve(noPrefix, pathBytes, 0, pathBytes.length);
  const bytes = TypedValue.encode({ value }).finish();
  if (value !== undefined) leaves.put(leaf, leaves.slab.store(bytes, 0, bytes.length), bytes.length, 1);
  leaves.timeLow[leaf] = Number(time & 0xffffffffn);
  leaves.timeHigh[leaf] = Number(time >> 32n);
  return leaf;
}

function messages(frames: ArrayBuffer): SubscribeResponse[] {
  const bytes = Buffer.from(frames);
  const found: SubscribeResponse[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at + 1);
    found.push(SubscribeResponse.decode(bytes.subarray(at + 5, at + 5 + length)));
    at += 5 + length;
  }
  return found;
}

const notifications = (frames: ArrayBuffer) =>
  messages(frames).flatMap((m) => (m.response?.$case === 'update' ? [m.response.value] : []));

test('any timestamp of 63 bits comes out as it went in', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: (1n << 63n) - 1n }), (time) => {
      const leaves = new LeafTable(4096);
      const leaf = leafOf(leaves, '/a', { $case: 'stringVal', value: 'x' }, time);
      const writer = new NotificationWriter(leaves, Encoding.PROTO, 'r1', 60_000);
      writer.add(leaf, 3);
      const [notification] = notifications(writer.take());
      expect(notification?.timestamp).toBe(time);
      expect(notification?.prefix?.target).toBe('r1');
      expect(notification?.update[0]?.duplicates).toBe(3);
    }),
  );
});

test('leaves of one timestamp share a notification up to the bound, a removal is a delete', () => {
  const leaves = new LeafTable(4096);
  const writer = new NotificationWriter(leaves, Encoding.PROTO, '', 200);
  for (let i = 0; i < 20; i++)
    writer.add(leafOf(leaves, `/a/l[k=${i}]`, { $case: 'intVal', value: BigInt(i) }, 5n), 0);
  writer.add(leafOf(leaves, '/gone', undefined, 6n), 0);
  expect(writer.updates).toBe(21);
  writer.sync();
  const frames = writer.take();
  const found = notifications(frames);
  expect(found.flatMap((n) => n.update).length).toBe(20);
  expect(found.length).toBeGreaterThan(2);
  expect(found.length).toBeLessThan(10);
  expect(found.at(-1)?.delete[0]?.elem[0]?.name).toBe('gone');
  expect(found[0]?.prefix).toBeUndefined();
  expect(messages(frames).at(-1)?.response).toEqual({ $case: 'syncResponse', value: true });
});

test('a value leaves in the encoding that was asked for', () => {
  const leaves = new LeafTable(4096);
  const leaf = leafOf(leaves, '/a', { $case: 'uintVal', value: 18446744073709551615n }, 1n);
  for (const [encoding, text] of [
    [Encoding.JSON, '18446744073709551615'],
    [Encoding.JSON_IETF, '"18446744073709551615"'],
  ] as const) {
    const writer = new NotificationWriter(leaves, encoding, '', 60_000);
    writer.add(leaf, 0);
    const value = notifications(writer.take())[0]?.update[0]?.val?.value;
    expect(Buffer.from(value?.value as Uint8Array).toString()).toBe(text);
  }
});
