import { expect, test } from 'vitest';
import { timings } from '../world/model-tap.ts';
import { withStopBudgets } from './stop-budgets.ts';

test('a stop shrinks the budgets for giving back to their shares of its own, and no other wait', () => {
  const stop = new AbortController();
  const paced = withStopBudgets(timings, 6_000, stop.signal);
  expect(structuredClone(paced)).toEqual(timings);
  stop.abort();
  expect(structuredClone(paced)).toEqual({
    ...timings,
    closeMs: 2_700,
    closeCallMs: 2_700,
    stream: { ...timings.stream, unregisterMs: 2_700, unregisterCallMs: 2_700 },
  });
  expect(withStopBudgets(timings, 60_000, stop.signal)).toMatchObject({
    closeMs: 15_000,
    closeCallMs: 5_000,
  });
});
