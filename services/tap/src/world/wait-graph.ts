// Who waits for whom. A loop may wait for a neighbour, whose calls end by themselves, and for what it ended itself;
// a loop that waits for another loop is how Meridio #578 hung.

import type { LoopPhase } from '@syncline/runtime/liveness.ts';

const external = /^(nsp|proxy) /;

/** What is wrong with where the loops are: waits that are not for a neighbour, and waits that are overdue. */
export function wrongWaits(phases: readonly LoopPhase[]): string[] {
  return phases.flatMap(({ loop, phase, awaits, forMs, deadlineMs }) => {
    if (deadlineMs === Number.POSITIVE_INFINITY) return [];
    if (!external.test(awaits)) return [`${loop}, in ${phase}, waits for ${awaits}`];
    return forMs >= deadlineMs ? [`${loop} has been in ${phase} for ${forMs} ms`] : [];
  });
}
