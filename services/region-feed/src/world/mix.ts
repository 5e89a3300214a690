// What happens in a world, and how often each of it.

import type { Rng } from '@syncline/runtime/rng.ts';

/** What can happen to a region; `repeat` is a heartbeat that says nothing new. */
export const operations = ['repeat', 'flow', 'leader', 'peer', 'split', 'merge'] as const;
export type Operation = (typeof operations)[number];

/** How likely each is, in proportion to their sum, which is above 0. */
export type Mix = Readonly<Record<Operation, number>>;

/** One operation, drawn by its weight. */
export function draw(mix: Mix, rng: Rng): Operation {
  const sum = operations.reduce((total, operation) => total + mix[operation], 0);
  let left = rng.next() * sum;
  for (const operation of operations) {
    left -= mix[operation];
    if (left < 0) return operation;
  }
  return 'repeat';
}
