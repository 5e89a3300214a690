import { sleep } from '@syncline/runtime/clock.ts';
import { afterEach, expect, test, vi } from 'vitest';
import { type Exploration, explore, type Simulation } from './explorer.ts';
import { ExplorationError } from './explorer-error.ts';

afterEach(() => vi.unstubAllEnvs());

async function failureOf(exploration: Exploration): Promise<ExplorationError> {
  const error: unknown = await explore(exploration).catch((thrown: unknown) => thrown);
  if (error instanceof ExplorationError) return error;
  throw new Error('the exploration found nothing', { cause: error });
}

/** Two withdrawals that each check the balance, wait, and then act on what they saw. */
async function checkThenAct(sim: Simulation): Promise<void> {
  let balance = 100;
  const withdraw = async (amount: number) => {
    if (balance < amount) return;
    await sim.pause('ask the bank');
    balance -= amount;
    sim.note(`paid ${amount}, left ${balance}`);
  };
  sim.invariant('the balance is never negative', () => balance >= 0);
  for (const name of ['rent', 'coffee', 'books', 'train']) {
    sim.schedule(name, () => withdraw(name === 'coffee' ? 5 : 60));
  }
  await sim.settled();
}

/** A consumer that looks, and only then, after an await, registers for the wake-up. */
function lostWakeUp(lost: boolean) {
  return async (sim: Simulation) => {
    const queue: number[] = [];
    let wake = () => {};
    sim.schedule('consumer', async () => {
      for (let taken = 0; taken < 3; ) {
        taken += queue.splice(0).length;
        if (taken === 3) return;
        if (lost) await sim.pause('log that it is empty');
        if (lost || queue.length === 0) await new Promise<void>((resolve) => (wake = resolve));
      }
    });
    for (const n of [1, 2, 3]) {
      sim.schedule(`produce ${n}`, () => {
        queue.push(n);
        wake();
      });
    }
    await sim.settled();
  };
}

test('a check-then-act race across an await is found, shrunk, and shown with its steps', async () => {
  const error = await failureOf({ name: 'bank', seeds: 200, budgetMs: 5_000, run: checkThenAct });
  expect(error.message).toContain('bank failed at seed');
  expect(error.message).toContain('invariant: the balance is never negative');
  expect(error.trace.map((line) => line.trim())).toEqual([
    '0 ms  rent',
    '0 ms  books',
    '0 ms  ask the bank',
    '0 ms    paid 60, left 40',
    '0 ms  ask the bank',
    '0 ms    paid 60, left -20',
  ]);
  expect(error.replay).toMatch(/^bank:0\.1\.[23]\.2$/);
});

test('a lost wake-up is found without a check: the consumer waits and nothing can move', async () => {
  const error = await failureOf({ name: 'wake', seeds: 200, budgetMs: 5_000, run: lostWakeUp(true) });
  expect(error.message).toContain('unfinished: consumer');
  expect(error.trace.length).toBeLessThanOrEqual(5);
  await explore({ name: 'wake', seeds: 500, budgetMs: 5_000, run: lostWakeUp(false) });
});

test('an assumption about the order of two links is found; the order within each is kept', async () => {
  const error = await failureOf({
    name: 'links',
    seeds: 500,
    budgetMs: 5_000,
    run: async (sim) => {
      const seen: string[] = [];
      const receive = (message: { from: string; n: number }) => {
        const before = seen.filter((entry) => entry.startsWith(message.from)).length;
        expect(message.n, 'order within a link').toBe(before);
        if (message.from === 'b' && message.n === 1 && !seen.includes('a2'))
          throw new RangeError('b1 before a2');
        seen.push(`${message.from}${message.n}`);
      };
      const [a, b] = [sim.link('link a', receive), sim.link('link b', receive)];
      for (const n of [0, 1, 2]) a.send({ from: 'a', n });
      for (const n of [0, 1, 2]) b.send({ from: 'b', n });
      await sim.settled();
    },
  });
  expect(error.cause).toBeInstanceOf(RangeError);
  expect(error.trace.map((line) => line.trim())).toEqual([
    "0 ms  link b { from: 'b', n: 0 }",
    "0 ms  link b { from: 'b', n: 1 }",
  ]);
});

test('a timeout that races with the answer is found, and a bound on the delay rules it out', async () => {
  const request = (withinMs?: number) => async (sim: Simulation) => {
    let state: 'waiting' | 'timed out' | 'answered' = 'waiting';
    const timer = sim.clock.setTimer(1_000, () => {
      state = 'timed out';
    });
    const link = sim.link(
      'answer',
      () => {
        timer.clear();
        if (state === 'timed out') throw new Error('an answer after the timeout');
        state = 'answered';
      },
      withinMs,
    );
    link.send('pong');
    await sim.settled();
    expect(state).toBe('answered');
  };
  const error = await failureOf({ name: 'request', seeds: 100, budgetMs: 5_000, run: request() });
  expect(error.trace.map((line) => line.trim())).toEqual([
    '1000 ms  timer of 1000 ms',
    "1000 ms  answer 'pong'",
  ]);
  expect(error.replay).toBe('request:1');
  await explore({ name: 'request', seeds: 100, budgetMs: 5_000, run: request(999) });
});

test('a run that found a failure repeats it, by option and by environment', async () => {
  const exploration = { name: 'wake', seeds: 200, budgetMs: 5_000, run: lostWakeUp(true) };
  const found = await failureOf(exploration);
  const replayed = await failureOf({ ...exploration, replay: found.replay });
  expect(replayed.trace).toEqual(found.trace);
  expect(replayed.seed).toBeUndefined();

  vi.stubEnv('SYNCLINE_REPLAY', found.replay);
  expect((await failureOf(exploration)).trace).toEqual(found.trace);
  expect(await explore({ name: 'another', seeds: 3, budgetMs: 5_000, run: () => {} })).toMatchObject({
    seeds: 3,
  });
  await expect(explore({ ...exploration, replay: 'another:1' })).rejects.toThrow(
    '"another:1" is not one of wake',
  );
  await expect(explore({ ...exploration, replay: 'wake:1.!' })).rejects.toThrow(
    '"!" in "1.!" is not a choice',
  );
});

test('the same seeds give the same runs, random numbers included', async () => {
  const runs = async () => {
    const log: string[] = [];
    await explore({
      name: 'same',
      seeds: 20,
      budgetMs: 5_000,
      run: async (sim) => {
        for (const name of ['a', 'b', 'c', 'd']) {
          sim.schedule(name, async () => {
            await sleep(sim.clock, sim.choose(3) * 10, sim.signal);
            log.push(`${name} ${sim.rng.next()} ${sim.clock.monotonic()}`);
          });
        }
        await sim.settled();
        log.push('end');
      },
    });
    return log;
  };
  const first = await runs();
  expect(first).toEqual(await runs());
  const orders = new Set(
    first
      .join(' ')
      .split('end')
      .map((run) => run.replace(/[^a-d]/g, '')),
  );
  expect(orders.size).toBeGreaterThan(10);
});

test('random numbers are shrunk with the other choices', async () => {
  const error = await failureOf({
    name: 'random',
    seeds: 100,
    budgetMs: 5_000,
    run: (sim) => {
      const draws = Array.from({ length: 5 }, () => Math.floor(sim.rng.next() * 1_000));
      if (draws.some((draw) => draw >= 700)) throw new Error(`drew ${draws.join(' ')}`);
    },
  });
  expect(error.message).toMatch(/drew (0 )*700( 0)*\n/);
});
