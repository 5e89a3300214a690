// What calls do, and how many targets there may be.

import { expect, test } from 'vitest';
import { lifeMs, running } from './registry.fixture.ts';
import { aTarget, web } from './target.fixture.ts';

test('I17: who is not known is stored DISABLED whatever was asked for, and enabled by the next call', async () => {
  await using it = running();
  await it.registry.register(aTarget());
  expect(it.status()).toEqual(['disabled']);
  expect([...it.store.rows.values()].map(({ status }) => status)).toEqual(['disabled']);
  await it.registry.register(aTarget());
  expect(it.status()).toEqual(['enabled']);
});

test('who was removed is not known any more', async () => {
  await using it = running();
  await it.registry.register(aTarget());
  await it.registry.register(aTarget());
  await it.registry.unregister(aTarget());
  expect([it.targets(), it.store.rows.size]).toEqual([[], 0]);
  await it.registry.register(aTarget());
  expect(it.status()).toEqual(['disabled']);
});

test('calls that come together take effect in their order, those of different targets in one commit', async () => {
  await using it = running();
  const first = it.registry.register(aTarget());
  await Promise.all([
    first,
    it.registry.unregister(aTarget()),
    it.registry.register(aTarget()),
    it.registry.register(aTarget()),
    it.registry.register(aTarget(['10.0.0.9/24'])),
  ]);
  expect(it.status()).toEqual(['disabled', 'enabled']);
  expect(it.store.commits.map((changes) => changes.length)).toEqual([2, 1, 1, 1]);
});

test('removing who is not there is done at once, and nothing is written', async () => {
  await using it = running();
  await it.registry.unregister(aTarget());
  expect([it.store.commits, it.changes]).toEqual([[], 0]);
});

test('a refresh that changes nothing writes nothing and wakes nobody; any change of it does', async () => {
  await using it = running();
  const both = ['172.16.0.5/24', 'fd00::5/64'];
  await it.registry.register(aTarget(both));
  await it.registry.register(aTarget(both));
  const { changes } = it;
  const { length } = it.store.commits;
  for (let n = 0; n < 10; n++) await it.registry.register(aTarget(both));
  expect([it.changes, it.store.commits.length]).toEqual([changes, length]);
  for (const change of [
    aTarget(both.toReversed()),
    aTarget(both, { context: new Map([['identifier', '2']]) }),
    aTarget(both, { status: 'disabled', context: new Map([['identifier', '2']]) }),
  ]) {
    const before = it.changes;
    await it.registry.register(change);
    expect(it.changes).toBe(before + 1);
    expect(it.targets()).toEqual([change]);
  }
});

test('addresses in another order are the same target, and it is told in the order that was sent last', async () => {
  await using it = running();
  await it.registry.register(aTarget(['10.0.0.1/24', '10.0.0.2/24']));
  await it.registry.register(aTarget(['10.0.0.2/24', '10.0.0.1/24']));
  expect(it.targets()).toMatchObject([{ ips: ['10.0.0.2/24', '10.0.0.1/24'], status: 'enabled' }]);
});

test('bounds: of a stream, of all, of what waits; who is known is refreshed at the bound', async () => {
  await using it = running({ targets: 3, perStream: 2 });
  const dns = { ...web, stream: 'dns' };
  await it.registry.register(aTarget(['10.0.0.1/24']));
  await it.registry.register(aTarget(['10.0.0.2/24']));
  await expect(it.registry.register(aTarget(['10.0.0.3/24']))).rejects.toThrow(
    'no room for more targets of the stream: SYNCLINE_NSP_TARGETS_PER_STREAM is 2',
  );
  await it.registry.register(aTarget(['10.0.0.1/24'], { stream: dns }));
  await expect(it.registry.register(aTarget(['10.0.0.2/24'], { stream: dns }))).rejects.toThrow(
    'no room for more targets: SYNCLINE_NSP_TARGETS is 3',
  );
  await it.registry.register(aTarget(['10.0.0.1/24']));
  await it.registry.unregister(aTarget(['10.0.0.2/24']));
  await it.registry.register(aTarget(['10.0.0.2/24'], { stream: dns }));
});

test('bounds hold among calls that come together', async () => {
  await using it = running({ perStream: 2 });
  const results = await Promise.allSettled(
    [1, 2, 3, 4].map((n) => it.registry.register(aTarget([`10.0.0.${n}/24`]))),
  );
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'rejected']);
});

test('the counts are those of the targets', async () => {
  await using it = running();
  const frontend = aTarget(['host'], { type: 'frontend', stream: { trench: '', conduit: '', stream: '' } });
  await it.registry.register(aTarget(['10.0.0.1/24']));
  await it.registry.register(aTarget(['10.0.0.1/24']));
  await it.registry.register(aTarget(['10.0.0.2/24']));
  await it.registry.register(frontend);
  expect(it.registry.counts).toEqual({ enabled: 1, disabled: 1, frontend: 1 });
  await it.step(lifeMs + 999);
  expect(it.registry.counts).toEqual({ enabled: 0, disabled: 0, frontend: 0 });
});
