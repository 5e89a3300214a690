// I16: many watchers, slow ones and stalled ones. One's slowness is its own.

import { readFile } from 'node:fs/promises';
import {
  Target_Status as Status,
  TargetRegistryDefinition,
  Target_Type as Type,
} from '@syncline/proto/nsp-targetregistry.ts';
import { readMetric } from '@syncline/testkit/metrics.ts';
import { Status as Code } from 'nice-grpc-common';
import { expect, test } from 'vitest';
import { aTarget, demo, NspUnderTest, Watch, watchTargets, web } from './nsp-under-test.ts';

const text = await readFile(demo, 'utf8');
const all = { status: Status.ANY, type: Type.DEFAULT };

/** So many targets, so long that a list of them is more than a reader that does not read can be sent. */
async function fill(nsp: NspUnderTest, count: number): Promise<void> {
  const note = 'x'.repeat(2_000);
  await Promise.all(
    Array.from({ length: count }, (_, n) =>
      nsp.registry.register(aTarget(`10.1.${n}.1/24`, { context: { identifier: '1', note } })),
    ),
  );
}

test('I16: a watcher that takes nothing is let go after its budget, with the setting’s name, and delays nobody', async () => {
  await using nsp = await NspUnderTest.start(text, { stall: '1500ms' });
  await fill(nsp, 200);
  using line = nsp.line();
  const stalled = line.client(TargetRegistryDefinition).watch(all)[Symbol.asyncIterator]();
  await stalled.next();
  using steady = watchTargets(nsp);
  await steady.until('the list', ({ targets }) => targets.length === 200);
  let slowestMs = 0;
  const begun = performance.now();
  let letGo = 0;
  for (let n = 0; performance.now() - begun < 4_000; n++) {
    const changed = performance.now();
    const identifier = String(1 + (n % 10_000));
    await nsp.registry.register(aTarget('10.1.0.1/24', { context: { identifier } }));
    await steady.until(`change ${n}`, ({ targets }) => targets[0]?.context['identifier'] === identifier);
    slowestMs = Math.max(slowestMs, performance.now() - changed);
    letGo = (await nsp.status()).watchers.length === 1 ? performance.now() - begun : 0;
    if (letGo > 0) break;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  expect(letGo).toBeGreaterThan(1_000);
  expect(slowestMs).toBeLessThan(1_000);
  const rest = async () => {
    while ((await stalled.next()).done !== true);
  };
  await expect(rest()).rejects.toMatchObject({
    code: Code.RESOURCE_EXHAUSTED,
    details: 'the client took no response for 1500 ms (SYNCLINE_NSP_STALL)',
  });
});

test('I16: a watcher that pauses skips what was replaced, and ends with what is', async () => {
  await using nsp = await NspUnderTest.start(text);
  await fill(nsp, 200);
  using line = nsp.line();
  const slow = line.client(TargetRegistryDefinition).watch(all)[Symbol.asyncIterator]();
  await slow.next();
  for (let n = 1; n <= 200; n++) {
    await nsp.registry.register(aTarget('10.1.0.1/24', { context: { identifier: String(n) } }));
  }
  const blocked = await nsp.becomes('a blocked watcher', ({ watchers }) => watchers[0]?.blockedMs !== 0n);
  expect(blocked.watchers).toMatchObject([{ peer: expect.stringContaining('127.0.0.1') as string }]);
  let read = 0;
  for (let last = ''; last !== '200'; read++) {
    const { value } = (await slow.next()) as IteratorResult<
      { targets: { context: Record<string, string> }[] },
      never
    >;
    last = value.targets[0]?.context['identifier'] ?? '';
  }
  expect(read).toBeLessThan(100);
  expect(
    await readMetric(nsp.service.adminPort, 'nsp_watch_conflated_total', { kind: 'target' }),
  ).toBeGreaterThan(100);
  await slow.return?.();
});

test('I16: a thousand watchers see every target, and a change reaches the last of them within a second', async () => {
  await using nsp = await NspUnderTest.start(text);
  const lines = Array.from({ length: 10 }, () => nsp.line());
  const filters = [
    all,
    { ...all, stream: web },
    { ...all, status: Status.ENABLED },
    { ...all, stream: { name: 'dns' } },
  ];
  const watches = lines.flatMap((line, l) =>
    Array.from(
      { length: 100 },
      (_, w) =>
        new Watch((options) =>
          line.client(TargetRegistryDefinition).watch(filters[(l + w) % filters.length] ?? all, options),
        ),
    ),
  );
  await nsp.becomes('a thousand watchers', ({ watchers }) => watchers.length === 1_000, 20_000);
  await nsp.enable(aTarget('10.1.0.1/24'));
  const begun = performance.now();
  await nsp.registry.register(aTarget('10.1.0.1/24', { context: { identifier: '77' } }));
  for (const [n, watch] of watches.entries()) {
    const wanted = (Math.floor(n / 100) + (n % 100)) % filters.length === 3 ? 0 : 1;
    await watch.until(
      `watcher ${n}`,
      (message) =>
        message === watch.last &&
        message.targets.length === wanted &&
        message.targets.every(({ context }) => context['identifier'] === '77'),
    );
  }
  expect(performance.now() - begun).toBeLessThan(1_000);
  // Nobody was sent what it had: those of the other stream have their first, empty list alone.
  const idle = watches.filter((_, n) => (Math.floor(n / 100) + (n % 100)) % filters.length === 3);
  expect(new Set(idle.map(({ received }) => received.length))).toEqual(new Set([1]));
  for (const watch of watches) watch[Symbol.dispose]();
  for (const line of lines) line[Symbol.dispose]();
  await nsp.becomes('nobody watching', ({ watchers }) => watchers.length === 0);
});

test('a refresh that changes nothing is sent to nobody; one with its addresses in another order to everybody', async () => {
  await using nsp = await NspUnderTest.start(text);
  using watch = watchTargets(nsp);
  const both = aTarget('10.0.0.1/24', { ips: ['10.0.0.1/24', 'fd00::1/64'] });
  await nsp.enable(both);
  await watch.until('ENABLED', ({ targets }) => targets[0]?.status === Status.ENABLED);
  const { length } = watch.received;
  for (let n = 0; n < 50; n++) await nsp.registry.register(both);
  await nsp.registry.register({ ...both, ips: both.ips.toReversed() });
  await watch.until('the other order', ({ targets }) => targets[0]?.ips[0] === 'fd00::1/64');
  expect(watch.received.length).toBe(length + 1);
  expect((await nsp.targets()).length).toBe(1);
});

test('a watcher of frontends sees them, and one of targets does not', async () => {
  await using nsp = await NspUnderTest.start(text);
  using targets = watchTargets(nsp);
  using frontends = watchTargets(nsp, { type: Type.FRONTEND });
  await nsp.enable(
    aTarget('lb-fe-1', { type: Type.FRONTEND, stream: undefined, context: { identifier: 'lb-fe-1' } }),
  );
  const { targets: found } = await frontends.until('the frontend', (message) => message.targets.length === 1);
  expect(found).toMatchObject([{ ips: ['lb-fe-1'], type: Type.FRONTEND }]);
  await nsp.enable(aTarget('10.0.0.1/24'));
  await targets.until('the target', (message) => message.targets.length === 1);
  expect(targets.received.flatMap((message) => message.targets).map(({ type }) => type)).not.toContain(
    Type.FRONTEND,
  );
  expect((await nsp.status()).targets).toMatchObject({ enabled: 1, disabled: 0, frontend: 1 });
});
