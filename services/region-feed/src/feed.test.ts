import { setImmediate as turn } from 'node:timers/promises';
import { ErrorType, RegionHeartbeatRequest } from '@syncline/proto/pdpb.ts';
import { Liveness } from '@syncline/runtime/liveness.ts';
import { seededRng } from '@syncline/runtime/rng.ts';
import { createLogger } from '@syncline/telemetry/logger.ts';
import { recordSpans } from '@syncline/telemetry/span-recorder.ts';
import { VirtualClock } from '@syncline/testkit/virtual-clock.ts';
import { expect, test } from 'vitest';
import { zeroCounts } from './counts.ts';
import { Feed, type FeedSettings } from './feed.ts';
import { HeartbeatTraces } from './pd/heartbeat-traces.ts';
import { RegionBook } from './pd/region-book.fixture.ts';
import { ScriptedPd } from './pd/scripted-pd.fixture.ts';
import { readinessOf } from './readiness.ts';
import { HeartbeatEncoder } from './wire/heartbeat-encoder.ts';
import { Walk } from './world/walk.ts';

const keyBytes = 16;
const tickMs = 5;

function feedSettings(pd: readonly ScriptedPd[]): FeedSettings {
  return {
    pd: pd.map(({ address }) => address),
    requestDeadlineMs: 5_000,
    retry: { initialMs: 100, maxMs: 100, factor: 1, jitter: 0, resetAfterMs: 0 },
    world: {
      regions: 100,
      stores: 4,
      replicas: 3,
      seed: 1,
      mix: { repeat: 1, flow: 1, leader: 2, peer: 2, split: 2, merge: 2 },
    },
    run: { keyBytes, rate: 2_000, reportRate: 20_000, storeHeartbeatMs: 100, stallMs: 1_000 },
  };
}

/** A feed whose time passes only while the test lets it. */
class FeedUnderTest implements AsyncDisposable {
  readonly counts = zeroCounts();
  readonly feed: Feed;
  readonly #clock = new VirtualClock();
  readonly #stop = new AbortController();
  readonly #ended: Promise<unknown>;

  constructor(settings: FeedSettings, traces?: HeartbeatTraces) {
    const logger = createLogger({ service: 'region-feed', instance: 'test', level: 'silent' });
    const { counts } = this;
    this.feed = new Feed({ settings, clock: this.#clock, rng: seededRng(1), logger, counts, traces });
    const watch = new Liveness(this.#clock).watch('feed');
    this.#ended = this.feed.follow(watch, this.#stop.signal).catch((error: unknown) => error);
  }

  get ready(): boolean {
    return readinessOf(this.feed.state).ready;
  }

  /** Lets time pass, a tick at a time, until something holds. */
  async until(holds: () => boolean): Promise<void> {
    const deadline = performance.now() + 10_000;
    while (!holds()) {
      if (performance.now() > deadline)
        throw new Error(`it does not come about: ${JSON.stringify(this.counts)}`);
      this.#clock.advance(tickMs);
      await turn();
    }
  }

  /** Lets so many ticks pass. */
  async live(ticks: number): Promise<void> {
    for (let tick = 0; tick < ticks; tick++) {
      this.#clock.advance(tickMs);
      await turn();
    }
  }

  /** The world in the words of a PD that was told of it. */
  words(): string[] {
    const book = new RegionBook();
    const { world } = this.feed;
    if (world === undefined) return [];
    const encoder = new HeartbeatEncoder(1n, keyBytes);
    const walk = new Walk(world);
    for (let region = walk.next(); region !== undefined; region = walk.next()) {
      book.take(RegionHeartbeatRequest.decode(encoder.encode(region, 0n)));
    }
    return book.words();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new Error('the test is over'));
    expect(await this.#ended).toBe(this.#stop.signal.reason);
  }
}

test('a new cluster is bootstrapped, gets its stores, and is told of every region', async () => {
  await using pd = await ScriptedPd.start();
  await using under = new FeedUnderTest(feedSettings([pd]));
  await under.until(() => under.ready);
  expect(pd.calls.slice(0, 4)).toEqual(['GetMembers', 'IsBootstrapped', 'Bootstrap', 'PutStore']);
  expect([...pd.stores.keys()]).toEqual([1n, 2n, 3n, 4n]);
  await expect.poll(() => pd.book.words()).toEqual(under.words());
  expect(pd.book.scan(new Uint8Array(), 1_000)).toHaveLength(under.feed.world?.size ?? 0);
});

test('after any life PD knows every region as it is', async () => {
  await using pd = await ScriptedPd.start();
  await using under = new FeedUnderTest(feedSettings([pd]));
  await under.until(() => under.ready);
  await under.live(300);
  await expect.poll(() => pd.book.words()).toEqual(under.words());
  const { report, ...lived } = under.counts.sent;
  expect(report).toBeGreaterThan(50);
  for (const sent of Object.values(lived)) expect(sent).toBeGreaterThan(0);
  const sum = Object.values(under.counts.sent).reduce((total, sent) => total + sent);
  expect(pd.book.heartbeats).toBe(sum + 1);
  await expect.poll(() => under.counts.refused).toBe(pd.book.stale);
});

test('a member that does not lead is left for one that does', async () => {
  await using follower = await ScriptedPd.start();
  await using leader = await ScriptedPd.start();
  follower.lead(false);
  await using under = new FeedUnderTest(feedSettings([follower, leader]));
  await under.until(() => under.ready);
  expect(follower.streams).toBe(0);
  expect(leader.streams).toBe(4);
  expect(Object.fromEntries(under.counts.failures)).toEqual({ UNAVAILABLE: 1 });
});

test('when the leader changes life goes on, and the new one is told of everything', async () => {
  await using first = await ScriptedPd.start();
  await using second = await ScriptedPd.start();
  second.bootstrapped = true;
  await using under = new FeedUnderTest(feedSettings([first, second]));
  await under.until(() => under.ready);
  await under.live(50);
  const { world } = under.feed;
  first.lead(false);
  await under.until(() => under.counts.joins === 2 && under.ready);
  await under.live(50);
  expect(under.feed.world).toBe(world);
  await expect.poll(() => second.book.words()).toEqual(under.words());
});

test('an error inside an answer ends the run, and the next one begins', async () => {
  await using pd = await ScriptedPd.start();
  await using under = new FeedUnderTest(feedSettings([pd]));
  await under.until(() => under.ready);
  pd.complain(ErrorType.STORE_TOMBSTONE);
  await under.until(() => under.counts.joins === 2 && under.ready);
  expect(under.counts.failures.get('STORE_TOMBSTONE')).toBe(1);
});

test('a heartbeat that is refused ends nothing', async () => {
  await using pd = await ScriptedPd.start();
  await using under = new FeedUnderTest(feedSettings([pd]));
  await under.until(() => under.ready);
  const before = under.counts.refused;
  pd.complain(ErrorType.UNKNOWN);
  await under.until(() => under.counts.refused >= before + 4);
  expect(under.counts.joins).toBe(1);
});

test('orders are counted and not obeyed', async () => {
  await using pd = await ScriptedPd.start();
  const { run, ...settings } = feedSettings([pd]);
  await using under = new FeedUnderTest({ ...settings, run: { ...run, rate: 0 } });
  await under.until(() => under.ready);
  const before = under.words();
  pd.order(BigInt(under.feed.world?.first.id ?? 0));
  await expect.poll(() => under.counts.orders).toBe(4);
  expect(under.words()).toEqual(before);
});

test('a feed that is started again replaces the regions of the one before', async () => {
  await using pd = await ScriptedPd.start();
  const settings = feedSettings([pd]);
  {
    await using before = new FeedUnderTest(settings);
    await before.until(() => before.ready);
    await before.live(200);
    await expect.poll(() => pd.book.words()).toEqual(before.words());
  }
  await using after = new FeedUnderTest({ ...settings, world: { ...settings.world, regions: 30 } });
  await after.until(() => after.ready);
  await expect.poll(() => pd.book.words()).toEqual(after.words());
  expect(pd.calls.filter((call) => call === 'Bootstrap')).toHaveLength(1);
});

test('another cluster gets a world of its own', async () => {
  await using one = await ScriptedPd.start(1n);
  await using other = await ScriptedPd.start(2n);
  await using under = new FeedUnderTest(feedSettings([one, other]));
  await under.until(() => under.ready);
  const { world } = under.feed;
  one.lead(false);
  await under.until(() => under.counts.joins === 2 && under.ready);
  expect(under.feed.world).not.toBe(world);
  await expect.poll(() => other.book.words()).toEqual(under.words());
});

test('a PD that does not read is given up, and what it missed is not lost', async () => {
  await using pd = await ScriptedPd.start();
  pd.reading = false;
  const { run, world, ...settings } = feedSettings([pd]);
  const many = { ...settings, world: { ...world, regions: 2_000 }, run: { ...run, keyBytes: 64 } };
  await using under = new FeedUnderTest(many);
  await under.until(() => under.counts.failures.get('StalledError') === 1);
  const { report } = under.counts.sent;
  expect(report).toBeLessThan(2_000);
  pd.reading = true;
  await under.until(() => under.counts.joins === 2 && under.ready);
  expect(under.counts.sent.report).toBeGreaterThanOrEqual(report + 1_800);
});

test('stores say that they live', async () => {
  await using pd = await ScriptedPd.start();
  await using under = new FeedUnderTest(feedSettings([pd]));
  await under.until(() => under.counts.storeHeartbeats >= 12);
  expect(pd.storeHeartbeats).toBeGreaterThanOrEqual(12);
});

test('one in so many heartbeats that tell of something carries the context of a span, no other', async () => {
  await using recorder = await recordSpans();
  await using pd = await ScriptedPd.start();
  await using under = new FeedUnderTest(feedSettings([pd]), new HeartbeatTraces(10));
  await under.until(() => under.ready);
  await under.live(100);
  const { report: _, repeat: __, ...news } = under.counts.sent;
  const told = Object.values(news).reduce((total, sent) => total + sent);
  expect(told).toBeGreaterThan(100);
  await expect.poll(() => pd.traceparents.length).toBe(Math.floor(told / 10));
  const spans = recorder.spans.filter(({ name }) => name === 'region heartbeat');
  expect(spans.map(({ traceId, spanId }) => `00-${traceId}-${spanId}-01`).toSorted()).toEqual(
    pd.traceparents.toSorted(),
  );
  expect(spans.every(({ parentSpanId }) => parentSpanId === undefined)).toBe(true);
});
