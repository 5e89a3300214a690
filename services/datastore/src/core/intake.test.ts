import { toProto } from '@syncline/gnmi/path-proto.ts';
import { parsePath } from '@syncline/gnmi/path-text.ts';
import { Encoding } from '@syncline/proto/gnmi.ts';
import { expect, test } from 'vitest';
import { balances } from './ledger.ts';
import { encodePath } from './path-wire.ts';
import { CoreFixture, notification, set, type Value } from './running.fixture.ts';
import { Writer } from './writer.ts';

const paths = (core: CoreFixture) => [...core.leaves().keys()];

/** A field whose content is of any length. */
function field(tag: number, ...content: Uint8Array[]): Uint8Array {
  const body = Buffer.concat(content);
  const writer = new Writer(6 + body.length);
  writer.byte(tag);
  writer.varint(body.length);
  writer.copy(body, 0, body.length);
  return writer.buf.subarray(0, writer.length);
}

/** SubscribeResponses of one update each, by the bytes of its path and its value. */
function ingestRaw(core: CoreFixture, ...updates: [path: Uint8Array, value: Uint8Array][]): void {
  const framed = updates.flatMap(([path, value]) => {
    const response = field(0x0a, field(0x22, field(0x0a, path), field(0x1a, value)));
    return [new Uint8Array(Uint32Array.of(response.length).buffer), response];
  });
  core.running.ingest(0, 1, Buffer.concat(framed));
}

test('a value that could not be shown is quarantined, and readers of every encoding get the rest', () => {
  using core = new CoreFixture();
  core.running.begin(0, 1);
  const cutLeafList = Buffer.of(0x42, 0x02, 0x0a, 0x7f);
  ingestRaw(core, [encodePath(parsePath('/bad')), cutLeafList]);
  core.ingest(1, [notification([set('/good', 1)]), 'sync']);
  for (const encoding of [Encoding.JSON, Encoding.PROTO, Encoding.JSON_IETF]) {
    expect(core.leaves(parsePath('/good'), encoding).size).toBe(1);
    core.subscribe({ mode: 'once', encoding });
    core.running.audience.unsubscribe(1);
    expect(core.told().flatMap(({ update }) => update).length).toBe(1);
  }
  expect(core.status().quarantined.map(({ path }) => path)).toEqual(['/bad']);
});

test('a prefix or path of any length is taken by what it says, not by its bytes', () => {
  using core = new CoreFixture();
  core.running.begin(0, 1);
  const target = 'x'.repeat(2 << 20);
  const prefix = { ...toProto(parsePath('/p')), target };
  const path = { ...toProto(parsePath('/q')), target };
  core.ingest(1, [notification([set('/a', 1)], [], { prefix })]);
  core.ingest(1, [notification([set('/b', 1)], ['/p/a'], { prefix })]);
  core.ingest(1, [
    notification([
      { ...set('/', 1), path },
      { ...set('/', 2), path },
    ]),
    'sync',
  ]);
  expect(paths(core)).toEqual(['/p/a', '/p/b', '/q']);
});

test('a path that is too long is quarantined, and only the beginning of its text is kept', () => {
  using core = new CoreFixture();
  core.running.begin(0, 1);
  core.ingest(1, [notification([set(`/${'x'.repeat(2 << 20)}`, 1), set('/b', 1)]), 'sync']);
  expect(paths(core)).toEqual(['/b']);
  const [refused] = core.status().quarantined;
  expect(refused?.path.length).toBe(1024);
  expect(refused?.reason).toContain('at most 4096 are allowed');
});

test('paths may be as deep as the tree can be walked, whatever length is allowed', () => {
  using core = new CoreFixture({ limits: { pathBytes: 1 << 20, getBytes: 1 << 24 } });
  const deepest = '/a'.repeat(1000);
  core.tree(1, [notification([set(deepest, 1), set(`/b${'/a'.repeat(20_000)}`, 1)])]);
  expect(core.status().ledger).toMatchObject({ applied: 1, quarantined: 1 });
  core.subscribe({ path: parsePath('/a') });
  expect(core.told().flatMap(({ update }) => update).length).toBe(1);
  for (const encoding of [Encoding.JSON, Encoding.JSON_IETF])
    expect(core.leaves(parsePath('/'), encoding).size).toBe(1);
});

test('a member of an object that cannot be taken leaves the others as they are', () => {
  using core = new CoreFixture({ limits: { pathBytes: 100 } });
  const value = Buffer.from(JSON.stringify({ a: 1, ['x'.repeat(200)]: 2, b: 3 }));
  core.tree(1, [notification([set('/j', { $case: 'jsonVal', value })])]);
  expect(paths(core)).toEqual(['/j/a', '/j/b']);
  expect(core.status().ledger).toMatchObject({ received: 3, applied: 2, quarantined: 1 });
});

test('a key named __proto__ and a member of that name are names like others', () => {
  using core = new CoreFixture();
  const value: Value = { $case: 'jsonVal', value: Buffer.from('{"__proto__":{"x":1}}') };
  core.tree(1, [notification([set('/l[__proto__=1]/v', 1), set('/j', value)])]);
  const [json] = core.leaves(parsePath('/'), Encoding.JSON).values();
  expect(Buffer.from(json?.value as Uint8Array).toString()).toBe(
    '{"j":{"__proto__":{"x":1}},"l":[{"__proto__":"1","v":1}]}',
  );
});

test('one path is one leaf, however its lengths are written', () => {
  using core = new CoreFixture();
  core.running.begin(0, 1);
  const plain = encodePath(parsePath('/ab'));
  const padded = Buffer.concat([Buffer.of(0x1a, 0x84, 0x00), plain.subarray(2)]);
  ingestRaw(core, [plain, Buffer.of(0x10, 1)], [padded, Buffer.of(0x10, 2)]);
  core.ingest(1, ['sync']);
  expect(core.running.leaves.present).toBe(1);
});

test('the elements of gNMI 0.3 carry their keys in their text', () => {
  using core = new CoreFixture();
  const path = { origin: '', target: '', elem: [], element: ['if', 'e[name=a]', 'mtu'] };
  core.tree(1, [notification([{ ...set('/', 1), path }])]);
  expect(paths(core)).toEqual(['/if/e[name=a]/mtu']);
  core.ingest(1, [notification([{ ...set('/', 1), path: { ...path, element: ['e[name'] } }])]);
  expect(core.status().ledger.quarantined).toBe(1);
});

test('what goes under an origin that nothing came from goes nowhere else', () => {
  using core = new CoreFixture();
  core.tree(1, [notification([set('/a', 1)])]);
  const prefix = toProto(parsePath('cli:/a'));
  core.ingest(1, [notification([], ['cli:/', 'cli:/a'])]);
  core.ingest(1, [notification([], [], { atomic: true, prefix })]);
  expect(paths(core)).toEqual(['/a']);
});

test('an atomic notification without updates empties its place', () => {
  using core = new CoreFixture();
  core.tree(1, [notification([set('/a/x', 1), set('/b', 1)])]);
  core.ingest(1, [notification([], [], { atomic: true, prefix: toProto(parsePath('/a')) })]);
  expect(paths(core)).toEqual(['/b']);
  expect(balances(core.status().ledger)).toBe(true);
});

test('a device may replace each of many list entries: none is looked for among all of them', () => {
  using core = new CoreFixture({ limits: { windowBytes: 1 << 24 } });
  const entries = 10_000;
  const began = performance.now();
  core.tree(
    1,
    Array.from({ length: entries }, (_, i) =>
      notification([set('/v', i)], [], { atomic: true, prefix: toProto(parsePath(`/l/e[k=${i}]`)) }),
    ),
  );
  expect(core.running.leaves.present).toBe(entries);
  // Half a second; more than a minute when the work grows with the square of the entries.
  expect(performance.now() - began).toBeLessThan(20_000);
});

test('leaves that come and go between two commits do not fill the memory', () => {
  using core = new CoreFixture();
  core.tree(1, [notification([set('/kept', 1)])]);
  for (let i = 0; i < 5000; i++)
    core.ingest(1, [notification([set(`/s[id=${i}]/x`, i)]), notification([], [`/s[id=${i}]`])]);
  expect(core.running.leaves.bound).toBeLessThan(3000);
});

test('a count of values that does not fit on the wire stays at the largest that does', () => {
  using core = new CoreFixture();
  core.tree(1, []);
  core.subscribe();
  core.told();
  const counted = (value: number, duplicates: number) => notification([{ ...set('/a', value), duplicates }]);
  core.ingest(1, [counted(1, 0xffffffff), counted(2, 0xffffffff)]);
  expect(
    core
      .told()
      .flatMap(({ update }) => update)
      .map(({ duplicates }) => duplicates),
  ).toEqual([0xffffffff]);
  core.running.audience.lag(1, core.running.audience.ring.head);
  core.ingest(1, [counted(3, 0xffffffff)]);
  core.ingest(1, [counted(4, 8)]);
  core.running.audience.pull(1);
  expect(
    core
      .told()
      .flatMap(({ update }) => update)
      .map(({ duplicates }) => duplicates),
  ).toEqual([0xffffffff]);
});
