// How long giving back may take: as set while the tap runs, and no longer than its share of the stop's budget once the tap
// stops. Unregistering and closing have a share each, so a registry that hangs takes nothing from the connections.

import type { ConduitTimings } from '../timings.ts';

/** The share of the budget that each of the two has; the rest is for what is not one of their calls. */
const share = 0.45;

/**
 * The timings, whose budgets for giving back shrink when `stopping` aborts to what fits into `stopMs`. Loops look at
 * them whenever they use them, so those that give back at that moment hurry as well.
 */
export function withStopBudgets(
  timings: ConduitTimings,
  stopMs: number,
  stopping: AbortSignal,
): ConduitTimings {
  const within = (ms: number) => (stopping.aborted ? Math.min(ms, stopMs * share) : ms);
  return {
    ...timings,
    get closeMs() {
      return within(timings.closeMs);
    },
    get closeCallMs() {
      return within(timings.closeCallMs);
    },
    stream: {
      ...timings.stream,
      get unregisterMs() {
        return within(timings.stream.unregisterMs);
      },
      get unregisterCallMs() {
        return within(timings.stream.unregisterCallMs);
      },
    },
  };
}
