// Meridio #578 against real processes: applications that open and close in turn, over a proxy without bridge addresses.

import { AwakeClock } from '@syncline/runtime/awake-clock.ts';
import { type Clock, sleep, systemClock } from '@syncline/runtime/clock.ts';
import { integer, seededRng } from '@syncline/runtime/rng.ts';
import { expect, test } from 'vitest';
import { type Driven, drive, seedStreams } from './seed-driver.ts';
import { all, TapUnderTest } from './tap-under-test.ts';
import { TrenchUnderTest } from './trench-under-test.ts';

/** At once; each is of a seed of its own. */
const taps = Number(process.env['SYNCLINE_SEED_TAPS'] ?? '5');
/** One after the other, with other seeds. */
const rounds = Number(process.env['SYNCLINE_SEED_ROUNDS'] ?? '1');
const cycles = Number(process.env['SYNCLINE_SEED_CYCLES'] ?? '40');
const cycleMs = 300;

const noBridge = { $case: 'noBridgeAddress', value: {} } as const;
const vips = ['20.0.0.1/32', '20.0.0.2/32', '40.0.0.1/32'];
const configured = seedStreams.map((name, index) => ({ ...name, vips: vips.slice(index, index + 1) }));
const longestMs = rounds * cycles * 5_000 + 60_000;

// The issue asks for 20 seeds of 200 cycles: SYNCLINE_SEED_TAPS=10 SYNCLINE_SEED_ROUNDS=2 SYNCLINE_SEED_CYCLES=200, which
// takes two minutes and a half. Of two cores 10 taps need half; 20 need more than both, and are then cut off by the 300 ms.
test(
  'taps that open and close two conduits and three streams in turn: no RPC waits, no status flaps, nothing is left (A1, F1)',
  async () => {
    await using trench = await TrenchUnderTest.start('trench-a', configured);
    await trench.fault(noBridge);
    await using stack = new AsyncDisposableStack();
    // An answer that waits because this process stands still is not late.
    const clock = stack.use(new AwakeClock(systemClock));
    const driven: TapUnderTest[] = [];
    while (driven.length < taps)
      driven.push(stack.use(await TapUnderTest.start(`target-${driven.length + 1}`, trench.neighbours)));
    let opened = 0;
    let cameOpen = 0;
    let slowestMs = 0;
    for (let round = 0; round < rounds; round += 1) {
      const results = await Promise.all(
        driven.map((tap, nth) => driveBySeed(tap, round * taps + nth, clock)),
      );
      for (const result of results) {
        expect(result).toMatchObject({ hung: undefined, cycles });
        opened += result.opened;
        cameOpen += result.cameOpen;
        slowestMs = Math.max(slowestMs, result.slowestMs);
      }
      for (const tap of driven) await expectRest(tap);
      await trench.targets.become('an empty registry', (now) => now.length === 0, 5_000);
      expect((await trench.proxyStatus()).connections).toEqual([]);
    }
    console.info(
      `${rounds * taps} runs of ${cycles} cycles: the slowest of all RPCs took ${slowestMs.toFixed(1)} ms;`,
      `of ${opened} streams that were opened ${cameOpen} were OPEN at the end of their ${cycleMs} ms;`,
      `${trench.targets.lists.length} lists of targets`,
    );
    expect(slowestMs).toBeLessThan(1_000);
    expect(trench.targets.problems(100, vips)).toEqual([]);
    for (const { history } of driven)
      for (const { stream } of seedStreams) {
        const courses = history.courses(stream);
        // A stream that is OPEN stays so, and on its way there no status comes twice.
        expect(courses.filter((course) => !isSteady(course))).toEqual([]);
        expect(courses.some((course) => course.endsWith('OPEN'))).toBe(true);
      }
  },
  longestMs,
);

/** The seed decides when a tap begins and the order of its streams; the rest is chance of the machine. */
async function driveBySeed(tap: TapUnderTest, seed: number, clock: Clock): Promise<Driven> {
  const rng = seededRng(seed);
  const signal = AbortSignal.timeout(longestMs);
  await sleep(clock, integer(rng, cycleMs), signal);
  const first = integer(rng, seedStreams.length);
  return await drive({
    tap: {
      open: (stream) => tap.open(stream),
      close: (stream) => tap.close(stream),
      isListed: ({ stream }) => tap.statuses[stream] !== undefined,
      isOpen: ({ stream }) => tap.statuses[stream] === 'OPEN',
    },
    streams: [...seedStreams.slice(first), ...seedStreams.slice(0, first)],
    cycles,
    cycleMs,
    rpcMs: 1_000,
    clock,
    signal,
  });
}

async function expectRest(tap: TapUnderTest): Promise<void> {
  for (const stream of seedStreams) await tap.close(stream);
  await tap.shows({});
  await tap.idle(5_000);
}

function isSteady(course: string): boolean {
  const statuses = course.split(' ');
  return new Set(statuses).size === statuses.length && statuses.slice(0, -1).every((each) => each !== 'OPEN');
}

test('a bridge address that comes late changes nothing that is open, and the VIPs get their next hops (A2)', async () => {
  await using trench = await TrenchUnderTest.start('trench-a', configured);
  await trench.fault(noBridge);
  await using tap = await TapUnderTest.start('target-1', trench.neighbours);
  for (const stream of seedStreams) await tap.open(stream);
  await tap.shows(all(seedStreams, 'OPEN'));
  const before = trench.targets.now.map(({ stream, identifier, ips }) => ({ stream, identifier, ips }));
  expect((await tap.dump()).conduits.map(({ gateways }) => gateways)).toEqual([[], []]);

  await trench.clearFaults();
  await trench.becomes(
    'both conduits with bridge addresses',
    ({ conduits }) => conduits.every(({ bridgeAddresses }) => bridgeAddresses.length > 0),
    2_000,
  );
  await tap.dumps('next hops for all VIPs', ({ conduits }) =>
    conduits.every(
      ({ gateways, wantedVips, appliedVips }) =>
        gateways.length > 0 && appliedVips.length === wantedVips.length,
    ),
  );
  expect(tap.statuses).toEqual(all(seedStreams, 'OPEN'));
  expect(trench.targets.now.map(({ stream, identifier, ips }) => ({ stream, identifier, ips }))).toEqual(
    before,
  );
  for (const { stream } of seedStreams) expect(tap.history.of(stream).at(-1)).toBe('OPEN');
});
