import { emptyValue, leafListValue, scalarValue } from '@syncline/gnmi/arbitrary.ts';
import { toProto } from '@syncline/gnmi/path-proto.ts';
import { parsePath } from '@syncline/gnmi/path-text.ts';
import { sameValue } from '@syncline/gnmi/value-equality.ts';
import { Encoding } from '@syncline/proto/gnmi.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { balances } from './ledger.ts';
import { encodePath } from './path-wire.ts';
import { CoreFixture, notification, set, type Value } from './running.fixture.ts';

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
  expect(core.texts()).toEqual({ '/if[name=a]/x': '3', '/if[name=b]/y': '2' });
  expect(balances(core.status().ledger)).toBe(true);
});

test('an atomic notification replaces everything under its prefix', () => {
  using core = new CoreFixture();
  core.tree(1, [notification([set('/r/a/x', 1), set('/r/a/y', 1), set('/r/b', 1)])]);
  const prefix = toProto(parsePath('/r/a'));
  core.ingest(1, [notification([set('/y', 2)], [], { atomic: true, prefix })]);
  expect(core.texts()).toEqual({ '/r/a/y': '2', '/r/b': '1' });
});

test('deletes take wildcards and a subset of the keys', () => {
  using core = new CoreFixture();
  const leaves = ['/l[a=1][b=1]/x', '/l[a=1][b=2]/x', '/l[a=2][b=1]/x', '/m/x'].map((path) => set(path, 1));
  core.tree(1, [notification(leaves)]);
  core.ingest(1, [notification([], ['/l[a=1]'])]);
  expect(Object.keys(core.texts())).toEqual(['/l[a=2][b=1]/x', '/m/x']);
  core.ingest(1, [notification([], ['/*/x'])]);
  expect(core.texts()).toEqual({});
});

test('an update without a path is the value at the prefix', () => {
  using core = new CoreFixture();
  core.tree(1, []);
  const [update] = [set('/', 5)];
  core.ingest(1, [
    notification([{ ...update, path: undefined } as never], [], { prefix: toProto(parsePath('/a/b')) }),
  ]);
  expect(core.texts()).toEqual({ '/a/b': '5' });
});

test('the value of gNMI 0.4 is read where there is no newer one', () => {
  using core = new CoreFixture();
  core.tree(1, []);
  const [update] = [set('/a', 0)];
  const old = { value: Buffer.from('15'), type: Encoding.JSON };
  core.ingest(1, [notification([{ ...update, val: undefined, value: old } as never])]);
  expect(core.texts()).toEqual({ '/a': '15' });
});

test('arrival decides, not the timestamp; a step back is counted', () => {
  using core = new CoreFixture();
  core.tree(1, [notification([set('/a', 1)], [], { timestamp: 1000n })]);
  core.ingest(1, [notification([set('/a', 2)], [], { timestamp: 400n })]);
  core.ingest(1, [notification([set('/a', 3)], [], { timestamp: 400n })]);
  expect(core.texts()).toEqual({ '/a': '3' });
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
  expect(core.texts()).toEqual({ '/a/good': '1', '/a/x': '1' });
  expect(balances(core.status().ledger)).toBe(true);
});

test('bytes that are no message are quarantined and end nothing', () => {
  using core = new CoreFixture();
  core.running.begin(0, 1);
  core.running.ingest(0, 1, Buffer.concat([Buffer.from([3, 0, 0, 0]), Buffer.from([0x0a, 0x7f, 1])]));
  core.ingest(1, [notification([set('/a', 1)]), 'sync']);
  expect(core.texts()).toEqual({ '/a': '1' });
  expect(core.status().ledger.quarantined).toBe(1);
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
