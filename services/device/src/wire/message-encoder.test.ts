import { type Path, pathElem, pathOf } from '@syncline/gnmi/path.ts';
import { fromProto } from '@syncline/gnmi/path-proto.ts';
import { parsePath, printPath } from '@syncline/gnmi/path-text.ts';
import type { Value } from '@syncline/gnmi/value.ts';
import {
  Encoding,
  Notification as ProtoNotification,
  Path as ProtoPath,
  SubscribeResponse,
} from '@syncline/proto/gnmi.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Notification, noDuplicates } from '../change.ts';
import { TreeLeaf } from '../tree-leaf.ts';
import { MessageEncoder } from './message-encoder.ts';
import { encodePath } from './path-bytes.ts';

const meant = (timestamp: bigint | undefined) => timestamp ?? 99n;
const encoder = (encoding: Encoding = Encoding.PROTO, target = '') =>
  new MessageEncoder(encoding, target, meant);

const notification = (parts: Partial<Notification>): Notification => ({
  kind: 'notification',
  stamp: { timestamp: 5n, traceparent: undefined },
  atomicUnder: undefined,
  deletes: [],
  updates: [],
  duplicates: noDuplicates,
  ...parts,
});

const decode = (bytes: Uint8Array) => {
  const { response } = SubscribeResponse.decode(bytes);
  if (response?.$case !== 'update') throw new Error(`not an update: ${response?.$case}`);
  return response.value;
};

// ts-proto's maps are plain objects, which cannot hold this key.
const name = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
  .filter((text) => text !== '__proto__');
const path = fc
  .array(
    fc.record({
      name,
      keys: fc.uniqueArray(fc.tuple(name, fc.string({ unit: 'grapheme' })), {
        selector: ([key]) => key,
        maxLength: 3,
      }),
    }),
    { minLength: 1, maxLength: 5 },
  )
  .map((elems) => pathOf(elems.map((elem) => pathElem(elem.name, elem.keys))));

const value: fc.Arbitrary<Value> = fc.oneof(
  fc.string({ unit: 'grapheme' }).map((it): Value => ({ $case: 'stringVal', value: it })),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((it): Value => ({ $case: 'intVal', value: it })),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((it): Value => ({ $case: 'uintVal', value: it })),
  fc.boolean().map((it): Value => ({ $case: 'boolVal', value: it })),
  fc.double({ noNaN: true }).map((it): Value => ({ $case: 'doubleVal', value: it })),
  fc.uint8Array().map((it): Value => ({ $case: 'bytesVal', value: Buffer.from(it) })),
);

test('whatever is encoded by hand, ts-proto decodes to the same', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({
          path,
          value,
          duplicates: fc.option(fc.integer({ min: 1, max: 2 ** 32 - 1 }), { nil: 0 }),
        }),
        { maxLength: 5 },
      ),
      fc.array(path, { maxLength: 3 }),
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      fc.string({ unit: 'grapheme' }),
      (updates, deletes, timestamp, target) => {
        const leaves = updates.map((it) => ({
          leaf: new TreeLeaf(it.path, it.value),
          duplicates: it.duplicates,
        }));
        const message = notification({
          stamp: { timestamp, traceparent: undefined },
          deletes,
          updates: leaves.map(({ leaf }) => leaf),
          duplicates: new Map(leaves.filter((it) => it.duplicates > 0).map((it) => [it.leaf, it.duplicates])),
        });
        const decoded = decode(encoder(Encoding.PROTO, target).encode(message));
        expect(decoded.timestamp).toBe(timestamp);
        expect(decoded.prefix?.target ?? '').toBe(target);
        expect(decoded.delete.map((it) => printPath(fromProto(it)))).toEqual(deletes.map(printPath));
        expect(decoded.update.map((it) => printPath(fromProto(it.path)))).toEqual(
          updates.map((it) => printPath(it.path)),
        );
        expect(decoded.update.map((it) => it.val?.value)).toEqual(updates.map((it) => it.value));
        expect(decoded.update.map((it) => it.duplicates)).toEqual(updates.map((it) => it.duplicates));
      },
    ),
  );
});

test('a path has its origin and no target', () => {
  const path: Path = { ...parsePath('native:/a/b[k=v]'), target: 'r1' };
  const bytes = encodePath(path);
  expect(ProtoPath.decode(bytes)).toEqual({
    element: [],
    origin: 'native',
    elem: [
      { name: 'a', key: {} },
      { name: 'b', key: { k: 'v' } },
    ],
    target: '',
  });
});

test('values leave in the encoding that was asked for', () => {
  const leaf = new TreeLeaf(parsePath('/a'), { $case: 'uintVal', value: 2n ** 63n });
  const text = (encoding: Encoding) => {
    const val = decode(encoder(encoding).encode(notification({ updates: [leaf] }))).update[0]?.val?.value;
    return [val?.$case, val?.value instanceof Uint8Array ? Buffer.from(val.value).toString() : val?.value];
  };
  expect(text(Encoding.JSON)).toEqual(['jsonVal', '9223372036854775808']);
  expect(text(Encoding.JSON_IETF)).toEqual(['jsonIetfVal', '"9223372036854775808"']);
  expect(text(Encoding.PROTO)).toEqual(['uintVal', 2n ** 63n]);
});

test('a verbatim leaf leaves as it is, readable or not', () => {
  const broken: Value = { $case: 'jsonIetfVal', value: Buffer.from('{not json') };
  const leaf = new TreeLeaf(parsePath('/a'), broken, true);
  for (const encoding of [Encoding.JSON, Encoding.JSON_IETF, Encoding.PROTO]) {
    const val = decode(encoder(encoding).encode(notification({ updates: [leaf] }))).update[0]?.val?.value;
    expect(val?.$case).toBe('jsonIetfVal');
  }
});

test('an atomic notification has its prefix, and paths relative to it', () => {
  const leaf = new TreeLeaf(parsePath('/a/b/c'), { $case: 'boolVal', value: true });
  const decoded = decode(
    encoder(Encoding.PROTO, 'r1').encode(notification({ atomicUnder: parsePath('/a/b'), updates: [leaf] })),
  );
  expect(decoded.atomic).toBe(true);
  expect(decoded.prefix).toMatchObject({ target: 'r1', elem: [{ name: 'a' }, { name: 'b' }] });
  expect(decoded.update[0]?.path?.elem.map((elem) => elem.name)).toEqual(['c']);
});

test('a message without a moment of its own is stamped when it is encoded', () => {
  const message = notification({ stamp: { timestamp: undefined, traceparent: undefined } });
  expect(decode(encoder().encode(message)).timestamp).toBe(99n);
});

test('a traced change carries its traceparent as an experimental extension', () => {
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const { extension } = SubscribeResponse.decode(
    encoder().encode(notification({ stamp: { timestamp: 1n, traceparent } })),
  );
  const ext = extension[0]?.ext;
  expect(ext?.$case === 'registeredExt' && [ext.value.id, Buffer.from(ext.value.msg).toString()]).toEqual([
    999,
    traceparent,
  ]);
});

test('sync_response and raw notifications', () => {
  expect(SubscribeResponse.decode(encoder().encode({ kind: 'sync' })).response).toEqual({
    $case: 'syncResponse',
    value: true,
  });
  const raw = ProtoNotification.encode(
    ProtoNotification.fromPartial({ timestamp: 3n, atomic: true }),
  ).finish();
  expect(decode(encoder().encode({ kind: 'raw', notification: raw })).timestamp).toBe(3n);
});
