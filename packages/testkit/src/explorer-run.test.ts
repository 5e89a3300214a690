import { sleep } from '@syncline/runtime/clock.ts';
import { afterEach, expect, test, vi } from 'vitest';
import { explore, type Simulation } from './explorer.ts';

afterEach(() => vi.unstubAllEnvs());

test('settled waits for timers; a scenario that waits when nothing can move is stuck', async () => {
  let slept = 0;
  await explore({
    name: 'sleeper',
    seeds: 10,
    budgetMs: 1_000,
    run: async (sim) => {
      sim.schedule('sleeper', async () => {
        await sleep(sim.clock, 5_000, sim.signal);
        slept += 1;
      });
      await sim.settled();
      expect(sim.clock.monotonic()).toBe(5_000);
    },
  });
  expect(slept).toBe(10);
  await expect(
    explore({
      name: 'stuck',
      seeds: 1,
      budgetMs: 1_000,
      run: () => new Promise(() => {}),
    }),
  ).rejects.toThrow('stuck: the scenario');
});

test('background loops are ended by the signal; one that does not listen is stuck', async () => {
  const beat = (listens: boolean) => async (sim: Simulation) => {
    let beats = 0;
    sim.background('heart', async (signal) => {
      while (listens || !signal.aborted) {
        await sleep(sim.clock, 1_000, signal);
        beats += 1;
      }
    });
    sim.background('ear', listens ? async () => {} : () => new Promise<void>(() => {}));
    await sleep(sim.clock, 10_500, sim.signal);
    expect(beats).toBeLessThanOrEqual(10);
  };
  await explore({ name: 'beat', seeds: 100, budgetMs: 2_000, run: beat(true) });
  await expect(explore({ name: 'beat', seeds: 1, budgetMs: 2_000, run: beat(false) })).rejects.toThrow(
    'stuck: ear',
  );
});

test('a rejection that nobody handles fails the run that caused it', async () => {
  await expect(
    explore({
      name: 'floating',
      seeds: 5,
      budgetMs: 1_000,
      run: async (sim) => {
        sim.schedule('a careless step', () => {
          void Promise.reject(new TypeError('nobody looks'));
        });
        await sim.settled();
      },
    }),
  ).rejects.toThrow('unhandled: a careless step\nTypeError: nobody looks');
});

test('a run that never rests fails after the steps it may take', async () => {
  const run = (sim: Simulation) => {
    const again = () => void sim.clock.setTimer(10, again);
    again();
    return sim.settled();
  };
  await expect(explore({ name: 'endless', seeds: 1, budgetMs: 1_000, maxSteps: 50, run })).rejects.toThrow(
    'no end after 50 steps',
  );
});

test('a scenario that depends on something else than its choices is told so', async () => {
  let calls = 0;
  const run = () => {
    calls += 1;
    if (calls === 3) throw new Error('the third time');
  };
  await expect(explore({ name: 'moody', seeds: 10, budgetMs: 1_000, run })).rejects.toThrow(
    'moody failed at seed 2 but not when repeated: it uses time or chance of its own',
  );
});

test('a cut link loses what is in flight, and steps that were lost need not end', async () => {
  await explore({
    name: 'cut',
    seeds: 100,
    budgetMs: 2_000,
    run: async (sim) => {
      const arrived: number[] = [];
      let lost: number[] = [];
      const link = sim.link<number>('wire', (n) => arrived.push(n));
      for (const n of [0, 1, 2, 3]) link.send(n);
      sim.schedule('cut', () => {
        lost = link.cut();
      });
      await sim.settled();
      expect([...arrived, ...lost]).toEqual([0, 1, 2, 3]);
      link.send(4);
      await sim.settled();
      expect(arrived.at(-1)).toBe(4);
    },
  });
});

test('the number of seeds can be set or multiplied from outside, and the budget bounds it', async () => {
  const exploration = { name: 'count', seeds: 5, budgetMs: 60_000, run: () => {} };
  expect(await explore(exploration)).toEqual({ seeds: 5, steps: 0 });
  vi.stubEnv('SYNCLINE_SEEDS', '7');
  expect(await explore(exploration)).toMatchObject({ seeds: 7 });
  vi.stubEnv('SYNCLINE_SEEDS', 'x3');
  expect(await explore(exploration)).toMatchObject({ seeds: 15 });
  expect(await explore({ ...exploration, budgetMs: 0 })).toMatchObject({ seeds: 1 });
  vi.stubEnv('SYNCLINE_SEEDS', 'many');
  await expect(explore(exploration)).rejects.toThrow('not "many"');
});

test('fewer seeds within the budget than are wanted are a failure, unless fewer were asked for', async () => {
  const exploration = { name: 'count', seeds: 5, atLeast: 3, budgetMs: 0, run: () => {} };
  await expect(explore(exploration)).rejects.toThrow('count: 1 seeds, 0 steps');
  expect(await explore({ ...exploration, budgetMs: 60_000 })).toMatchObject({ seeds: 5 });
  vi.stubEnv('SYNCLINE_SEEDS', '1');
  expect(await explore(exploration)).toMatchObject({ seeds: 1 });
});

test('five thousand runs of fifty steps take a few seconds', async () => {
  const explored = await explore({
    name: 'speed',
    seeds: 5_000,
    budgetMs: 15_000,
    run: async (sim) => {
      let done = 0;
      for (const name of ['a', 'b', 'c', 'd', 'e']) {
        sim.schedule(name, async () => {
          for (let pass = 0; pass < 9; pass += 1) await sim.pause(name);
          done += 1;
        });
      }
      sim.invariant('count', () => done <= 5);
      await sim.settled();
    },
  });
  expect(explored).toEqual({ seeds: 5_000, steps: 250_000 });
});
