import { OverdueError } from '@syncline/runtime/call.ts';
import { sleep } from '@syncline/runtime/clock.ts';
import { Liveness } from '@syncline/runtime/liveness.ts';
import { seededRng } from '@syncline/runtime/rng.ts';
import { explore, type Simulation } from '@syncline/testkit/explorer.ts';
import { expect, test } from 'vitest';
import { keepWatching } from './keep-watching.ts';

/** A watch of `open`, and what it handed on. */
function watching(
  sim: Simulation,
  open: (nth: number, signal: AbortSignal) => AsyncIterable<string>,
  firstMs = 15_000,
) {
  const seen: string[] = [];
  let opened = 0;
  const liveness = new Liveness(sim.clock).watch('watch');
  const parts = {
    what: 'the flows',
    open: (signal: AbortSignal) => open(opened, signal),
    opening: () => void (opened += 1),
    take: (value: string) => void seen.push(value),
    failed: (error: unknown) => void seen.push(String(error)),
    firstMs,
    retry: { initialMs: 200, maxMs: 5_000, factor: 2, jitter: 1, resetAfterMs: 5_000 },
    clock: sim.clock,
    rng: seededRng(1),
  };
  keepWatching(parts, liveness, sim.signal).catch((error: unknown) => {
    if (!sim.signal.aborted) throw error;
  });
  return seen;
}

async function* silence(): AsyncGenerator<string> {
  await Promise.withResolvers<void>().promise;
  yield '';
}

test('a watch that ends or fails is opened again, and what it told stays told', async () => {
  await explore({
    name: 'watch-again',
    seeds: 20,
    budgetMs: 5_000,
    run: async (sim) => {
      const seen = watching(sim, async function* (nth) {
        yield await Promise.resolve(`list ${nth}`);
        if (nth === 2) throw new Error('UNAVAILABLE');
        if (nth === 3) yield* silence();
      });
      await sleep(sim.clock, 60_000, sim.signal);
      expect(seen).toEqual([
        'list 1',
        'WatchEndedError: the watch ended',
        'list 2',
        'Error: UNAVAILABLE',
        'list 3',
      ]);
    },
  });
});

test('a watch that gives no first value in time is left, although it heeds no signal', async () => {
  await explore({
    name: 'watch-silent',
    seeds: 20,
    budgetMs: 5_000,
    run: async (sim) => {
      const seen = watching(sim, () => silence());
      await sleep(sim.clock, 32_000, sim.signal);
      expect(seen.slice(0, 1)).toEqual([String(new OverdueError(15_000))]);
      expect(seen).toHaveLength(2);
    },
  });
});

test('the waits of a watch that may be silent start over after a long run too', async () => {
  await explore({
    name: 'watch-rightly-silent',
    seeds: 20,
    budgetMs: 5_000,
    run: async (sim) => {
      const openedAt: number[] = [];
      const end = async function* (): AsyncGenerator<string> {
        openedAt.push(sim.clock.monotonic());
        await sleep(sim.clock, 3_600_000, sim.signal);
        yield* [];
      };
      watching(sim, end, Number.POSITIVE_INFINITY);
      await sleep(sim.clock, 10 * 3_600_000, sim.signal);
      const waits = openedAt.slice(1).map((at, n) => at - (openedAt[n] ?? 0) - 3_600_000);
      expect(Math.max(...waits)).toBeLessThanOrEqual(200);
    },
  });
});
