// A6, the NSP's half, and I17 at the process: what survives kill -9, what a start re-arms, and who expires.

import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Target_Status as Status, Target_Type as Type } from '@syncline/proto/nsp-targetregistry.ts';
import { readMetric } from '@syncline/testkit/metrics.ts';
import { until } from '@syncline/testkit/wait.ts';
import { Status as Code } from 'nice-grpc-common';
import { expect, test } from 'vitest';
import { aTarget, demo, NspUnderTest, watchTargets } from './nsp-under-test.ts';

const text = await readFile(demo, 'utf8');
const ips = ['172.16.0.1/24', '172.16.0.2/24', '172.16.0.3/24'] as const;
const frontend = aTarget('lb-fe-1', {
  type: Type.FRONTEND,
  stream: undefined,
  context: { identifier: 'lb-fe-1' },
});

const statuses = (targets: readonly { readonly ips: readonly string[]; readonly status: Status }[]) =>
  targets.map(({ ips: [ip], status }) => `${ip} ${status === Status.ENABLED ? 'ENABLED' : 'DISABLED'}`);

test('A6: after kill -9 every target is there as it was answered, and all live anew', async () => {
  await using nsp = await NspUnderTest.start(text, { entryTimeout: '2s' });
  await nsp.enable(aTarget(ips[0]));
  await nsp.registry.register(aTarget(ips[1]));
  await nsp.enable(aTarget(ips[2]));
  await nsp.registry.unregister(aTarget(ips[2]));
  await nsp.enable(frontend);
  const before = [await nsp.targets(), await nsp.targets(Type.FRONTEND)];
  await nsp.kill();
  await nsp.restart();
  const restarted = performance.now();
  expect([await nsp.targets(), await nsp.targets(Type.FRONTEND)]).toEqual(before);
  expect(statuses(await nsp.targets())).toEqual([`${ips[0]} ENABLED`, `${ips[1]} DISABLED`]);
  // A refresh is a refresh: who is known after the restart need not begin again.
  await nsp.registry.register(aTarget(ips[1]));
  expect(statuses(await nsp.targets())[1]).toBe(`${ips[1]} ENABLED`);
  await until(async () => (await nsp.targets()).length === 0, { deadlineMs: 10_000, describe: 'the expiry' });
  expect(performance.now() - restarted).toBeGreaterThan(2_000);
  expect((await nsp.status()).targets?.expiredTotal).toBe(3n);
});

test('A6: with its database wiped everybody comes back DISABLED first, and is ENABLED by the next refresh', async () => {
  await using nsp = await NspUnderTest.start(text);
  await nsp.enable(aTarget(ips[0]));
  await nsp.kill();
  await rm(join(nsp.service.dataDir, 'nsp'), { recursive: true });
  await nsp.restart();
  using watch = watchTargets(nsp);
  await watch.until('nobody', ({ targets }) => targets.length === 0);
  await nsp.registry.register(aTarget(ips[0]));
  await watch.until('DISABLED', ({ targets }) => statuses(targets).join() === `${ips[0]} DISABLED`);
  await nsp.registry.register(aTarget(ips[0]));
  await watch.until('ENABLED', ({ targets }) => statuses(targets).join() === `${ips[0]} ENABLED`);
  expect(watch.received.map(({ targets }) => statuses(targets).join())).toEqual([
    '',
    `${ips[0]} DISABLED`,
    `${ips[0]} ENABLED`,
  ]);
});

test.each([
  ['targets.before-commit', 1, []],
  ['targets.after-commit', 1, [`${ips[0]} DISABLED`]],
  ['targets.before-commit', 2, [`${ips[0]} DISABLED`]],
  ['targets.after-commit', 2, [`${ips[0]} ENABLED`]],
  ['targets.before-commit', 3, [`${ips[0]} ENABLED`]],
  ['targets.after-commit', 3, []],
] as const)(
  'killed at %s, hit %d, it comes back with %j, and nothing that was answered is lost',
  async (point, hit, left) => {
    await using nsp = await NspUnderTest.start(text, { failpoints: `${point}=kill@${hit}` });
    const calls = [
      () => nsp.registry.register(aTarget(ips[0])),
      () => nsp.registry.register(aTarget(ips[0])),
      () => nsp.registry.unregister(aTarget(ips[0])),
    ];
    for (const [n, call] of calls.entries()) {
      const answer = await call().then(
        () => 'answered',
        () => 'not answered',
      );
      expect(answer).toBe(n + 1 < hit ? 'answered' : 'not answered');
      if (n + 1 === hit) break;
    }
    expect(await nsp.service.exited).toMatchObject({ signal: 'SIGKILL' });
    await nsp.restart({ failpoints: '' });
    expect(statuses(await nsp.targets())).toEqual(left);
  },
);

test('killed while a hundred targets register and leave, it has all that was answered and nothing that was not asked for', async () => {
  await using nsp = await NspUnderTest.start(text, { failpoints: 'targets.before-commit=kill@12' });
  const known = new Map<string, Status | undefined>();
  const settled = await Promise.all(
    Array.from({ length: 100 }, async (_, n) => {
      const ip = `10.0.${n}.1/24`;
      for (let call = 0; call < 3; call++) {
        try {
          if (call === 2 && n % 3 === 0) await nsp.registry.unregister(aTarget(ip));
          else await nsp.registry.register(aTarget(ip));
        } catch {
          return { ip, uncertain: true };
        }
        known.set(ip, call === 2 && n % 3 === 0 ? undefined : call === 0 ? Status.DISABLED : Status.ENABLED);
      }
      return { ip, uncertain: false };
    }),
  );
  if (settled.every(({ uncertain }) => !uncertain)) await nsp.kill();
  await nsp.service.exited;
  await nsp.restart({ failpoints: '' });
  const found = new Map((await nsp.targets()).map(({ ips: [ip], status }) => [ip, status]));
  for (const { ip, uncertain } of settled) {
    if (!uncertain) expect([ip, found.get(ip)]).toEqual([ip, known.get(ip)]);
  }
  for (const ip of found.keys()) expect(ip).toMatch(/^10\.0\.\d+\.1\/24$/);
});

test('I17: a target that nobody refreshes expires after T and within a second more; one that is refreshed does not', async () => {
  await using nsp = await NspUnderTest.start(text, { entryTimeout: '1s' });
  using watch = watchTargets(nsp);
  await nsp.enable(aTarget(ips[1]));
  await nsp.registry.register(aTarget(ips[0]));
  const registered = performance.now();
  await watch.until('both', ({ targets }) => targets.length === 2);
  const refreshing = setInterval(() => void nsp.registry.register(aTarget(ips[1])).catch(() => {}), 200);
  try {
    await watch.until('one', (message) => message === watch.last && message.targets.length === 1);
    const afterMs = performance.now() - registered;
    expect(afterMs).toBeGreaterThan(999);
    expect(afterMs).toBeLessThan(2_000 + 300);
    expect(statuses(watch.last?.targets ?? [])).toEqual([`${ips[1]} ENABLED`]);
  } finally {
    clearInterval(refreshing);
  }
  expect(await readMetric(nsp.service.adminPort, 'nsp_targets_expired_total')).toBe(1);
});

test('frozen for longer than targets live, it lets nobody expire who could not be heard', async () => {
  await using nsp = await NspUnderTest.start(text, { entryTimeout: '2s' });
  for (const ip of ips) await nsp.enable(aTarget(ip));
  nsp.service.kill('SIGSTOP');
  const refresh = nsp.registry.register(aTarget(ips[0]));
  await new Promise((resolve) => setTimeout(resolve, 4_000));
  nsp.service.kill('SIGCONT');
  await refresh;
  // Those that come later have their time too.
  for (const ip of ips.slice(1)) await nsp.registry.register(aTarget(ip));
  expect(statuses(await nsp.targets())).toEqual(ips.map((ip) => `${ip} ENABLED`));
  expect((await nsp.status()).targets?.expiredTotal).toBe(0n);
});

test('a stop ends watches with UNAVAILABLE, answers what was accepted, and exits 0 by itself', async () => {
  await using nsp = await NspUnderTest.start(text);
  using watch = watchTargets(nsp);
  await watch.until('a list', () => true);
  await nsp.registry.register(aTarget(ips[0]));
  const begun = performance.now();
  expect(await nsp.service.stop()).toEqual({ code: 0, signal: null });
  expect(performance.now() - begun).toBeLessThan(5_000);
  expect(await watch.ended).toMatchObject({ code: Code.UNAVAILABLE });
  await nsp.restart();
  expect((await nsp.targets()).length).toBe(1);
});
