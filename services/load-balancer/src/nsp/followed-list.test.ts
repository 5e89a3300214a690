import { setImmediate as turn } from 'node:timers/promises';
import { Liveness } from '@syncline/runtime/liveness.ts';
import { createLogger } from '@syncline/telemetry/logger.ts';
import { VirtualClock } from '@syncline/testkit/virtual-clock.ts';
import { ClientError, Status } from 'nice-grpc-common';
import { beforeEach, expect, test } from 'vitest';
import type { NspList } from '../plane/nsp-list.ts';
import { FollowedList } from './followed-list.ts';
import { NspLink } from './nsp-link.ts';

const empty: NspList = { kind: 'conduits', rows: [] };
const logged: unknown[] = [];
const logger = createLogger({
  service: 'test',
  instance: 'test',
  level: 'info',
  destination: {
    write(line) {
      const { level, kind, reason, err } = JSON.parse(line) as Record<string, unknown>;
      logged.push({ level, kind, reason, err });
    },
  },
});
const patience = {
  answerMs: 5_000,
  retry: { initialMs: 100, maxMs: 400, factor: 2, jitter: 0, resetAfterMs: 10_000 },
};

/** A watch that says what the test tells it to, and notices when it is left. */
class ScriptedWatch {
  opened = 0;
  #said = Promise.withResolvers<NspList | Error>();

  async *open(signal: AbortSignal): AsyncGenerator<NspList> {
    this.opened++;
    const aborted = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')), {
        once: true,
      });
    });
    for (;;) {
      const said = await Promise.race([this.#said.promise, aborted]);
      this.#said = Promise.withResolvers();
      if (said instanceof Error) throw said;
      yield said;
    }
  }

  async says(what: NspList | Error): Promise<void> {
    this.#said.resolve(what);
    await turn();
  }
}

let clock: VirtualClock;
let watch: ScriptedWatch;
let taken: NspList[];
let moves: number;
let list: FollowedList;
let link: NspLink;
let stop: AbortController;

beforeEach(async () => {
  clock = new VirtualClock();
  watch = new ScriptedWatch();
  taken = [];
  moves = 0;
  logged.length = 0;
  stop = new AbortController();
  list = new FollowedList({
    kind: 'conduits',
    open: (signal) => watch.open(signal),
    take: (each) => void taken.push(each),
    moved: () => void moves++,
    patience,
    clock,
    rng: { next: () => 0 },
    logger,
  });
  link = new NspLink('nsp:7778', [list], clock);
  const following = list.follow(new Liveness(clock).watch('test'), stop.signal);
  following.catch(() => {});
  await turn();
});

async function pass(ms: number): Promise<void> {
  clock.advance(ms);
  await turn();
}

const down = new ClientError(
  '/nsp.v1.ConfigurationManager/WatchConduit',
  Status.UNAVAILABLE,
  'no connection',
);

test('while the NSP tells, nothing is stale', async () => {
  expect(link.state).toMatchObject({ kind: 'untold' });
  await watch.says(empty);
  await pass(3_600_000);
  expect(link.state).toEqual({ kind: 'in step' });
  expect(taken).toEqual([empty]);
});

test('an NSP that is lost leaves what it said, and its age', async () => {
  await watch.says(empty);
  await watch.says(down);
  await pass(70);
  expect(link.state).toEqual({ kind: 'stale', ms: 70, reason: 'conduits: UNAVAILABLE: no connection' });
  await pass(30);
  expect(watch.opened).toBe(2);
  await watch.says(new Error('again'));
  await pass(150);
  expect(link.state).toEqual({ kind: 'stale', ms: 250, reason: 'conduits: again' });
  await pass(50);
  await watch.says(empty);
  expect(link.state).toEqual({ kind: 'in step' });
  expect([list.received, list.losses]).toEqual([2, 2]);
});

test('each move is told: into step, lost, lost still, and back; another list is none', async () => {
  const after: number[] = [];
  for (const said of [empty, empty, down, new Error('again'), empty]) {
    await watch.says(said);
    after.push(moves);
    await pass(200);
  }
  expect(after).toEqual([1, 1, 2, 3, 4]);
});

test('the log has why a watch failed when that is new, without a stack, and when it works again', async () => {
  await watch.says(empty);
  for (const said of [down, down, new Error('again'), new Error('again'), empty, empty, down]) {
    await watch.says(said);
    await pass(400);
  }
  const failed = { level: 'warn', kind: 'conduits', reason: 'UNAVAILABLE: no connection' };
  const works = { level: 'info', kind: 'conduits' };
  expect(logged).toEqual([failed, { ...failed, reason: 'again' }, works, failed]);
});

test('waits between attempts double up to the longest, and start over after a long run', async () => {
  const openedAt: number[] = [];
  for (const ms of [100, 200, 400, 400]) {
    await watch.says(down);
    await pass(ms - 1);
    openedAt.push(watch.opened);
    await pass(1);
    openedAt.push(watch.opened);
  }
  expect(openedAt).toEqual([1, 2, 2, 3, 3, 4, 4, 5]);
  await watch.says(empty);
  await pass(10_001);
  await watch.says(down);
  await pass(100);
  expect(watch.opened).toBe(6);
});

test('an NSP that takes the call and says nothing is given up in time', async () => {
  await pass(4_999);
  expect(watch.opened).toBe(1);
  await pass(1);
  expect(link.state).toEqual({ kind: 'untold', reason: 'no conduits: no answer within 5000 ms' });
  await pass(100);
  expect(watch.opened).toBe(2);
  await watch.says(empty);
  await pass(5_000);
  expect(link.state).toEqual({ kind: 'in step' });
});

test('a stop ends the watch, and no timer is left', async () => {
  await watch.says(empty);
  stop.abort();
  await turn();
  expect(clock.pending).toBe(0);
  expect(link.state).toEqual({ kind: 'in step' });
});
