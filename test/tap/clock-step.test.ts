// F16: the wall clock of one process jumps while streams are open. What is renewed, waits or expires goes by the other clock.

import { readMetric } from '@syncline/testkit/metrics.ts';
import type { Service } from '@syncline/testkit/service.ts';
import { until } from '@syncline/testkit/wait.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { api, dns, streams, vips, web } from './streams.ts';
import { all, TapUnderTest } from './tap-under-test.ts';
import { TrenchUnderTest } from './trench-under-test.ts';

const hourMs = 3_600_000;
const monthMs = 30 * 24 * hourMs;

/** A target, a connection and an address live so long unless they are told to be used. */
const lifeMs = 2_000;
const life = `${lifeMs}ms`;
const renewMs = 400;
const renew = `${renewMs}ms`;
const kept = [web, dns];

let stack: AsyncDisposableStack;
let trench: TrenchUnderTest;
let tap: TapUnderTest;

beforeAll(async () => {
  stack = new AsyncDisposableStack();
  trench = stack.use(
    await TrenchUnderTest.start('demo', streams, {
      nsp: { entryTimeout: life },
      ipam: { stale: life, collect: '200ms' },
      proxy: { expiry: life, renew, requestDeadline: '1s' },
    }),
  );
  tap = stack.use(await TapUnderTest.start('target-1', trench.neighbours, { refresh: renew, renew }));
  for (const stream of kept) await tap.open(stream);
  await tap.shows(all(kept, 'OPEN'));
});
afterAll(() => stack.disposeAsync());

const processes = {
  tap: () => tap.service,
  nsp: () => trench.nsp,
  ipam: () => trench.ipam,
  proxy: () => trench.proxy,
};

/** The connections, but for what is left of their lives, which goes up and down. */
async function connections() {
  return (await trench.proxyStatus()).connections.map((connection) => ({ ...connection, expiresInMs: 0n }));
}

/** How much was taken from somebody since the start because nobody told that it is used. */
async function takenBack(): Promise<readonly number[]> {
  const { nsp, ipam, proxy } = trench;
  return Promise.all([
    readMetric(nsp.adminPort, 'nsp_targets_expired_total'),
    readMetric(ipam.adminPort, 'ipam_removed_total', { reason: 'stale' }),
    readMetric(proxy.adminPort, 'proxy_readdressed_total'),
  ]);
}

function complaints({ logs }: Service): readonly string[] {
  return logs.filter((line) => /"level":"(warn|error|fatal)"/.test(line));
}

/** Waits until the streams that are kept were refreshed for a time. */
async function refreshedFor(ms: number): Promise<void> {
  const before = await tap.refreshes();
  await until(() => tap.refreshes(), {
    deadlineMs: ms + 2 * lifeMs,
    describe: `the refreshes of ${ms} ms`,
    accept: (count) => count >= before + kept.length * Math.ceil(ms / renewMs),
  });
}

/** Opens a stream of a conduit of its own, and closes it. */
async function openAndClose(): Promise<void> {
  const beganMs = performance.now();
  await tap.open(api);
  await tap.shows(all([...kept, api], 'OPEN'));
  await tap.close(api);
  await trench.becomes('the connection closed', ({ connections: left }) => left.length === 1);
  expect(performance.now() - beganMs).toBeLessThan(2_000);
}

test.for(Object.entries(processes))(
  'the wall clock of the %s jumps to and fro: streams stay open, nothing is taken back, and others open and close as ever (F16)',
  async ([, process]) => {
    const targets = trench.targets.now;
    const [lists, heard, watches] = [
      tap.history.lists.length,
      trench.targets.lists.length,
      trench.targets.watches,
    ];
    const [connected, taken] = [await connections(), await takenBack()];
    const said = Object.values(processes).flatMap((service) => complaints(service()));

    // What would end early ends at once or at its next refresh; what would wait for the old time is missed within a life.
    await process().stepWallClock(hourMs);
    await openAndClose();
    await refreshedFor(renewMs);
    await process().stepWallClock(-monthMs);
    await openAndClose();
    await refreshedFor(lifeMs + renewMs);

    for (const statuses of tap.history.lists.slice(lists)) expect(statuses).toMatchObject(all(kept, 'OPEN'));
    for (const list of trench.targets.lists.slice(heard))
      expect(list).toEqual(expect.arrayContaining([...targets]));
    expect([trench.targets.watches, tap.history.error]).toEqual([watches, undefined]);
    expect(await connections()).toEqual(connected);
    expect(await takenBack()).toEqual(taken);
    expect(Object.values(processes).flatMap((service) => complaints(service()))).toEqual(said);
    expect(trench.targets.problems(100, vips)).toEqual([]);
  },
);

test('what is really gone ends after its time, though all clocks jump to and fro meanwhile (F16)', async () => {
  const stepAll = (ms: number) =>
    Promise.all([trench.nsp, trench.ipam, trench.proxy].map((service) => service.stepWallClock(ms)));
  await using gone = await TapUnderTest.start('target-2', trench.neighbours, { refresh: renew, renew });
  await gone.open(web);
  await gone.shows(all([web], 'OPEN'));
  const endedMs = performance.now();
  await gone.kill();
  await stepAll(hourMs);
  await refreshedFor(lifeMs / 2);
  expect(trench.targets.now).toHaveLength(kept.length + 1);
  await stepAll(-monthMs);
  await trench.targets.become('its target expired', (now) => now.length === kept.length);
  const livedMs = performance.now() - endedMs;
  expect(livedMs).toBeGreaterThan(lifeMs - 1.5 * renewMs);
  expect(livedMs).toBeLessThan(lifeMs + 1_500);
  await trench.becomes('its connection ended', ({ connections: left }) => left.length === 1, lifeMs);
  expect(tap.statuses).toEqual(all(kept, 'OPEN'));
});
