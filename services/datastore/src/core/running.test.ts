import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { emptyValue, leafListValue, scalarValue } from '@syncline/gnmi/arbitrary.ts';
import { rootPath } from '@syncline/gnmi/path.ts';
import { toProto } from '@syncline/gnmi/path-proto.ts';
import { parsePath } from '@syncline/gnmi/path-text.ts';
import { sameValue } from '@syncline/gnmi/value-equality.ts';
import { Encoding, type Notification } from '@syncline/proto/gnmi.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { balances } from './ledger.ts';
import { encodePath } from './path-wire.ts';
import { CoreFixture, notification, set, type Value } from './running.fixture.ts';

const values = (core: CoreFixture) =>
  Object.fromEntries([...core.leaves()].map(([path, value]) => [path, textOf(value)]));

const textOf = (value: Value) =>
  value.value instanceof Uint8Array
    ? Buffer.from(value.value).toString()
    : JSON.stringify(value.value, bigintText);

const bigintText = (_: string, it: unknown) => (typeof it === 'bigint' ? Number(it) : it);

test('until its sync_response nothing of an epoch is visible, then all of it is', () => {
  using core = new CoreFixture();
  core.tree(1, [notification([set('/a', 1), set('/b', 1)])]);
  core.running.begin(0, 2);
  core.ingest(2, [notification([set('/a', 2), set('/c', 2)])]);
  expect(values(core)).toEqual({ '/a': '1', '/b': '1' });
  expect(core.running.status().version).toBe(1);
  core.ingest(2, ['sync']);
  expect(values(core)).toEqual({ '/a': '2', '/c': '2' });
  expect(core.running.status().version).toBe(2);
  expect(core.status().ledger.swept).toBe(1);
});

test('a complete tree holds every notification before its sync_response, however the bytes are cut', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 20 }), (sizes) => {
      using core = new CoreFixture({ limits: { windowBytes: 64 } });
      core.running.begin(0, 1);
      let leaf = 0;
      const messages: (Notification | 'sync')[] = Array.from({ length: 30 }, () =>
        notification([set(`/l[k=${leaf++}]/v`, leaf)]),
      );
      messages.push('sync', notification([set('/after', 1)]));
      for (let at = 0, i = 0; at < messages.length; i++) {
        const size = sizes[i % sizes.length] ?? 1;
        core.ingest(1, messages.slice(at, at + size));
        at += size;
      }
      return (
        core.leaves().size === 31 && core.events.includes('synced 0 1') && balances(core.status().ledger)
      );
    }),
    { numRuns: 60 },
  );
});

test('a tree that breaks off is discarded: nothing is swept and nothing of it is shown', () => {
  using core = new CoreFixture();
  core.tree(1, [notification([set('/a', 1), set('/b', 1)])]);
  core.running.begin(0, 2);
  core.ingest(2, [notification([set('/a', 2)])]);
  core.running.end(0, 2);
  expect(values(core)).toEqual({ '/a': '1', '/b': '1' });
  expect(core.running.status().commits.discarded).toBe(1);
  expect(core.status().ledger).toMatchObject({ received: 3, applied: 2, superseded: 1, pending: 0 });
});

test('what an earlier epoch still says is counted as stale and changes nothing', () => {
  using core = new CoreFixture();
  core.tree(1, [notification([set('/a', 1)])]);
  core.running.begin(0, 2);
  core.ingest(1, [notification([set('/a', 9), set('/z', 9)], ['/a']), 'sync']);
  core.ingest(2, [notification([set('/a', 2)]), 'sync']);
  expect(values(core)).toEqual({ '/a': '2' });
  expect(core.status().ledger.stale).toBe(3);
});

test('the last operation on a leaf decides, within a notification and across them', () => {
  using core = new CoreFixture();
  core.tree(1, []);
  core.ingest(1, [
    notification([set('/if[name=a]/x', 1)]),
    notification([], ['/if[name=a]/x']),
    notification([set('/if[name=a]/x', 3)]),
    notification([set('/if[name=b]/x', 1), set('/if[name=b]/y', 1)]),
    notification([set('/if[name=b]/y', 2)], ['/if[name=b]']),
    notification([set('/if[name=c]/x', 1)]),
    notification([], ['/if[name=c]']),
  ]);
  expect(values(core)).toEqual({ '/if[name=a]/x': '3', '/if[name=b]/y': '2' });
  expect(balances(core.status().ledger)).toBe(true);
});

test('an atomic notification replaces everything under its prefix', () => {
  using core = new CoreFixture();
  core.tree(1, [notification([set('/r/a/x', 1), set('/r/a/y', 1), set('/r/b', 1)])]);
  const prefix = toProto(parsePath('/r/a'));
  core.ingest(1, [notification([set('/y', 2)], [], { atomic: true, prefix })]);
  expect(values(core)).toEqual({ '/r/a/y': '2', '/r/b': '1' });
});

test('deletes take wildcards and a subset of the keys', () => {
  using core = new CoreFixture();
  const leaves = ['/l[a=1][b=1]/x', '/l[a=1][b=2]/x', '/l[a=2][b=1]/x', '/m/x'].map((path) => set(path, 1));
  core.tree(1, [notification(leaves)]);
  core.ingest(1, [notification([], ['/l[a=1]'])]);
  expect(Object.keys(values(core))).toEqual(['/l[a=2][b=1]/x', '/m/x']);
  core.ingest(1, [notification([], ['/*/x'])]);
  expect(values(core)).toEqual({});
});

test('an update without a path is the value at the prefix', () => {
  using core = new CoreFixture();
  core.tree(1, []);
  const [update] = [set('/', 5)];
  core.ingest(1, [
    notification([{ ...update, path: undefined } as never], [], { prefix: toProto(parsePath('/a/b')) }),
  ]);
  expect(values(core)).toEqual({ '/a/b': '5' });
});

test('the value of gNMI 0.4 is read where there is no newer one', () => {
  using core = new CoreFixture();
  core.tree(1, []);
  const [update] = [set('/a', 0)];
  const old = { value: Buffer.from('15'), type: Encoding.JSON };
  core.ingest(1, [notification([{ ...update, val: undefined, value: old } as never])]);
  expect(values(core)).toEqual({ '/a': '15' });
});

test('arrival decides, not the timestamp; a step back is counted', () => {
  using core = new CoreFixture();
  core.tree(1, [notification([set('/a', 1)], [], { timestamp: 1000n })]);
  core.ingest(1, [notification([set('/a', 2)], [], { timestamp: 400n })]);
  core.ingest(1, [notification([set('/a', 3)], [], { timestamp: 400n })]);
  expect(values(core)).toEqual({ '/a': '3' });
  expect(core.status().ledger.regressions).toBe(1);
});

test('one bad item is quarantined with its reason, the rest of its notification applies', () => {
  const paths = [encodePath(parsePath('/a')), encodePath(parsePath('/b'))];
  using core = new CoreFixture({ syncs: [{ slot: 0, name: 's', paths }] });
  core.tree(1, [notification([set('/a/x', 1), set('/b/x', 1)])]);
  core.tree(2, [
    notification([
      set('/a/good', 1),
      set('/elsewhere', 1),
      set('/a/x', { $case: 'jsonIetfVal', value: Buffer.from('{"cut') }),
      set('/a/list[k=*]/x', 1),
      { ...set('/a/none', 1), val: undefined },
    ]),
  ]);
  expect(core.status().quarantined.map(({ path }) => path)).toEqual([
    '/a/none',
    '/a/list[k=*]/x',
    '/a/x',
    '/elsewhere',
  ]);
  expect(core.status().ledger.quarantined).toBe(4);
  // What could not be read may well be there: nothing at or under it is swept. Elsewhere the tree is complete.
  expect(values(core)).toEqual({ '/a/good': '1', '/a/x': '1' });
  expect(balances(core.status().ledger)).toBe(true);
});

test('bytes that are no message are quarantined and end nothing', () => {
  using core = new CoreFixture();
  core.running.begin(0, 1);
  core.running.ingest(0, 1, Buffer.concat([Buffer.from([3, 0, 0, 0]), Buffer.from([0x0a, 0x7f, 1])]));
  core.ingest(1, [notification([set('/a', 1)]), 'sync']);
  expect(values(core)).toEqual({ '/a': '1' });
  expect(core.status().ledger.quarantined).toBe(1);
});

test('while the disk refuses, a tree can still be sealed and a merge window fills up to its bound', () => {
  using core = new CoreFixture({ limits: { windowBytes: 30 } });
  core.diskFails = true;
  core.tree(1, [notification([set('/a', 1)])]);
  expect(core.events).toEqual(['sealed 0 1', 'degraded', 'ingested 0 1']);
  core.events.length = 0;
  for (let i = 0; i < 10; i++) core.ingest(1, [notification([set('/a', i), set('/b', i)])]);
  expect(core.events.every((event) => event === 'ingested 0 1')).toBe(true);
  core.events.length = 0;
  core.ingest(1, [notification(Array.from({ length: 20 }, (_, i) => set(`/l[k=${i}]`, i)))]);
  expect(core.events).toEqual([]);
  expect(values(core)).toEqual({});
  core.diskFails = false;
  core.advance(1000);
  expect(core.events).toEqual(['recovered', 'synced 0 1', 'ingested 0 1']);
  expect(core.leaves().size).toBe(22);
  expect(core.status().ledger).toMatchObject({ pending: 0, dropped: 0, superseded: 18 });
});

test('a complete tree that waits for the disk is superseded by the next one', () => {
  using core = new CoreFixture();
  core.diskFails = true;
  for (let epoch = 1; epoch <= 5; epoch++) core.tree(epoch, [notification([set('/a', epoch)])]);
  core.diskFails = false;
  core.advance(1000);
  expect(core.events.filter((event) => event.startsWith('synced'))).toEqual(['synced 0 5']);
  expect(core.running.status().commits).toMatchObject({ committed: 1, discarded: 4 });
  expect(core.status().ledger).toMatchObject({ received: 5, applied: 1, superseded: 4 });
});

test('a tree larger than its window goes on on disk and is committed whole', () => {
  using core = new CoreFixture({ limits: { windowBytes: 100 } });
  core.running.begin(0, 1);
  const text = 'x'.repeat(30);
  for (let i = 0; i < 200; i++) core.ingest(1, [notification([set(`/l[k=${i % 150}]/v`, `${text}${i}`)])]);
  expect(core.status().window.spilled).toBeGreaterThan(100);
  expect(core.status().window.bytes).toBeLessThan(200);
  core.ingest(1, ['sync']);
  expect(core.leaves().size).toBe(150);
  expect(core.leaves().get('/l[k=49]/v')?.value).toBe(`${text}199`);
  expect(balances(core.status().ledger)).toBe(true);
});

test('a leaf that two syncs report goes when neither does', () => {
  const paths = [encodePath(rootPath)];
  using core = new CoreFixture({
    syncs: [
      { slot: 0, name: 'a', paths },
      { slot: 1, name: 'b', paths },
    ],
  });
  core.tree(1, [notification([set('/x', 1), set('/y', 1)])], 0);
  core.tree(1, [notification([set('/x', 1), set('/z', 1)])], 1);
  core.tree(2, [notification([])], 0);
  expect(values(core)).toEqual({ '/x': '1', '/z': '1' });
  core.ingest(1, [notification([], ['/x'])], 1);
  expect(values(core)).toEqual({ '/z': '1' });
});

test('what was committed is there after a restart, version, times and owners with it', () => {
  const directory = mkdtempSync(join(tmpdir(), 'core-'));
  try {
    const file = join(directory, 'running.db');
    {
      using core = new CoreFixture({ file });
      core.tree(1, [notification([set('/a', 1), set('/l[k=1]/v', 'text')], [], { timestamp: 77n })]);
      core.ingest(1, [notification([set('/a', 2)], ['/l'], { timestamp: 1790000000123456789n })]);
    }
    using core = new CoreFixture({ file });
    expect(values(core)).toEqual({ '/a': '2' });
    expect(core.running.opened()).toMatchObject({ version: 2, leaves: 1 });
    expect(core.running.opened().lastSyncNs[0]).toBeGreaterThan(0n);
    core.subscribe({ mode: 'once' });
    const [first] = core.messages();
    expect(first?.response?.$case === 'update' && first.response.value.timestamp).toBe(1790000000123456789n);
    core.tree(2, []);
    expect(values(core)).toEqual({});
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test('every value in every encoding comes out as it went in', () => {
  fc.assert(
    fc.property(fc.oneof(scalarValue, leafListValue, fc.constant(emptyValue)), (value: Value) => {
      using core = new CoreFixture();
      core.tree(1, [notification([set('/a', value)])]);
      const stored = core.leaves().get('/a');
      return stored !== undefined && sameValue(stored, value);
    }),
    { numRuns: 300 },
  );
});

test('a JSON object is taken apart into leaves, and a part of it can be deleted', () => {
  using core = new CoreFixture();
  const value = Buffer.from('{"oc:config":{"mtu":1500,"id":"18446744073709551615"},"list":[{"k":1}]}');
  core.tree(1, [notification([set('/if[name=a]', { $case: 'jsonIetfVal', value })])]);
  expect([...core.leaves().keys()]).toEqual([
    '/if[name=a]/config/mtu',
    '/if[name=a]/config/id',
    '/if[name=a]/list',
  ]);
  core.ingest(1, [notification([], ['/if[name=a]/config'])]);
  expect([...core.leaves().keys()]).toEqual(['/if[name=a]/list']);
  expect(balances(core.status().ledger)).toBe(true);
});

test('leaves that come and go do not fill the memory', () => {
  using core = new CoreFixture();
  core.tree(1, [notification([set('/kept', 1)])]);
  for (let i = 0; i < 20_000; i++) {
    core.ingest(1, [notification([set(`/session[id=${i}]/state`, i)])]);
    core.ingest(1, [notification([], [`/session[id=${i}]`])]);
  }
  expect(core.running.leaves.bound).toBeLessThan(3000);
  expect(values(core)).toEqual({ '/kept': '1' });
});

test('a value that stays as it was is applied and pushed to nobody', () => {
  using core = new CoreFixture();
  core.tree(1, [notification([set('/a', 1)])]);
  core.subscribe();
  core.frames.length = 0;
  core.ingest(1, [notification([set('/a', 1)])]);
  expect(core.frames).toEqual([]);
  expect(core.status().ledger).toMatchObject({ applied: 2, unchanged: 1 });
});

test('samples come by the clock, redundant ones only at the heartbeat', () => {
  using core = new CoreFixture();
  core.tree(1, [notification([set('/a', 1), set('/b', 1)])]);
  core.subscribe({
    delivery: { kind: 'sample', intervalMs: 1000, heartbeatMs: 5000, suppressRedundant: true },
  });
  core.frames.length = 0;
  core.advance(1500);
  expect(core.messages()).toEqual([]);
  core.ingest(1, [notification([set('/a', 2)])]);
  core.ingest(1, [notification([], ['/b'])]);
  core.advance(1000);
  const sent = core
    .messages()
    .flatMap(({ response }) => (response?.$case === 'update' ? [response.value] : []));
  expect(sent.flatMap(({ update }) => update).length).toBe(1);
  expect(sent.flatMap((it) => it.delete).length).toBe(1);
  core.frames.length = 0;
  core.advance(5000);
  expect(core.messages().length).toBe(1);
});

test('Get under JSON gives one value a place, under PROTO one update a leaf', () => {
  using core = new CoreFixture();
  core.tree(1, [
    notification([set('/if[name=a]/mtu', 1500), set('/if[name=a]/up', { $case: 'boolVal', value: true })]),
  ]);
  const [[path, json] = ['', undefined]] = core.leaves(parsePath('/if'), Encoding.JSON);
  expect(path).toBe('/if[name=a]');
  expect(Buffer.from(json?.value as Uint8Array).toString()).toBe('{"mtu":1500,"up":true}');
  expect(core.leaves(parsePath('/if')).size).toBe(2);
  expect(() => core.leaves(parsePath('/nope'))).toThrow('/nope: nothing is there');
});
