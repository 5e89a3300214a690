import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootPath } from '@syncline/gnmi/path.ts';
import { parsePath } from '@syncline/gnmi/path-text.ts';
import { Encoding, type Notification } from '@syncline/proto/gnmi.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { balances } from './ledger.ts';
import { encodePath } from './path-wire.ts';
import { CoreFixture, notification, set } from './running.fixture.ts';

test('until its sync_response nothing of an epoch is visible, then all of it is', () => {
  using core = new CoreFixture();
  core.tree(1, [notification([set('/a', 1), set('/b', 1)])]);
  core.running.begin(0, 2);
  core.ingest(2, [notification([set('/a', 2), set('/c', 2)])]);
  expect(core.texts()).toEqual({ '/a': '1', '/b': '1' });
  expect(core.running.status().version).toBe(1);
  core.ingest(2, ['sync']);
  expect(core.texts()).toEqual({ '/a': '2', '/c': '2' });
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
  expect(core.texts()).toEqual({ '/a': '1', '/b': '1' });
  expect(core.running.status().commits.discarded).toBe(1);
  expect(core.status().ledger).toMatchObject({ received: 3, applied: 2, superseded: 1, pending: 0 });
});

test('what an earlier epoch still says is counted as stale and changes nothing', () => {
  using core = new CoreFixture();
  core.tree(1, [notification([set('/a', 1)])]);
  core.running.begin(0, 2);
  core.ingest(1, [notification([set('/a', 9), set('/z', 9)], ['/a']), 'sync']);
  core.ingest(2, [notification([set('/a', 2)]), 'sync']);
  expect(core.texts()).toEqual({ '/a': '2' });
  expect(core.status().ledger.stale).toBe(3);
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
  expect(core.texts()).toEqual({});
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
  expect(core.texts()).toEqual({ '/x': '1', '/z': '1' });
  core.ingest(1, [notification([], ['/x'])], 1);
  expect(core.texts()).toEqual({ '/z': '1' });
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
    expect(core.texts()).toEqual({ '/a': '2' });
    expect(core.running.status()).toMatchObject({ version: 2, leaves: 1 });
    expect(core.status().lastSyncNs).toBeGreaterThan(0n);
    core.subscribe({ mode: 'once' });
    const [first] = core.messages();
    expect(first?.response?.$case === 'update' && first.response.value.timestamp).toBe(1790000000123456789n);
    core.tree(2, []);
    expect(core.texts()).toEqual({});
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test('leaves that come and go do not fill the memory', () => {
  using core = new CoreFixture();
  core.tree(1, [notification([set('/kept', 1)])]);
  for (let i = 0; i < 20_000; i++) {
    core.ingest(1, [notification([set(`/session[id=${i}]/state`, i)])]);
    core.ingest(1, [notification([], [`/session[id=${i}]`])]);
  }
  expect(core.running.leaves.bound).toBeLessThan(3000);
  expect(core.texts()).toEqual({ '/kept': '1' });
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
