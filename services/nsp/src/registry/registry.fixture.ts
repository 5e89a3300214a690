// A registry for tests.

import { AwakeClock } from '@syncline/runtime/awake-clock.ts';
import { Liveness } from '@syncline/runtime/liveness.ts';
import { seededRng } from '@syncline/runtime/rng.ts';
import { VirtualClock } from '@syncline/testkit/virtual-clock.ts';
import { expect } from 'vitest';
import { Registry } from './registry.ts';
import { ScriptedStore } from './scripted-store.fixture.ts';
import type { Target } from './target.ts';

/** How long a target of it lives. */
export const lifeMs = 60_000;
const everything = {
  status: 'any',
  type: 'default',
  stream: { trench: '', conduit: '', stream: '' },
} as const;

/** A registry that runs until the test ends, on a clock and a disk that the test has in hand. */
export function running(
  options: { rows?: readonly Target[]; targets?: number; perStream?: number; pending?: number } = {},
) {
  const clock = new VirtualClock();
  const awake = new AwakeClock(clock);
  const store = new ScriptedStore(options.rows);
  let changes = 0;
  const diskTurns: string[] = [];
  const registry = new Registry(
    {
      store,
      clock: awake,
      rng: seededRng(1),
      limits: { targets: options.targets ?? 100, targetsPerStream: options.perStream ?? 100 },
      lifeMs,
      pending: options.pending ?? 100,
      commitMs: 10_000,
      retry: { initialMs: 200, maxMs: 5_000 },
      changed: () => changes++,
      diskTurned: (error) => diskTurns.push(error?.message ?? 'works'),
    },
    [...store.rows.values()],
  );
  const ended = registry.run(new Liveness(clock).watch('registry'), new AbortController().signal);
  return {
    clock,
    store,
    registry,
    ended,
    /** What was told of the disk. */
    diskTurns,
    /** How often somebody would be woken. */
    get changes() {
      return changes;
    },
    targets: () => [...registry.matching(everything)],
    status: () => [...registry.matching(everything)].map(({ status }) => status),
    /** Time goes by, and all that follows happens. */
    async step(ms: number) {
      clock.advance(ms);
      for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
    },
    async [Symbol.asyncDispose]() {
      registry.end();
      await ended;
      awake[Symbol.dispose]();
      expect(clock.pending).toBe(0);
    },
  };
}
