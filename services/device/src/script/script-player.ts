// Plays a script's steps on a device, each at its time after the start.

import { sleep } from '@syncline/runtime/clock.ts';
import type { LoopWatch } from '@syncline/runtime/liveness.ts';
import type { ChangeSpan } from '../change-span.ts';
import type { Device } from '../device.ts';
import type { Misbehaviour } from '../misbehaviour.ts';
import type { Step } from './script.ts';

/** What steps are played on. */
export interface Stage {
  readonly device: Device;
  readonly misbehaviour: Misbehaviour;
  readonly traced: ChangeSpan;
}

/** Plays all steps; resolves after the last one, rejects with the signal's reason. */
export async function playScript(
  steps: readonly Step[],
  stage: Stage,
  watch: LoopWatch,
  signal: AbortSignal,
): Promise<void> {
  watch.idle('the next step');
  await Promise.all(steps.map((step) => playStep(step, stage, signal)));
}

async function playStep(step: Step, stage: Stage, signal: AbortSignal): Promise<void> {
  const { clock } = stage.device;
  const start = clock.monotonic();
  const times = step.everyMs === undefined ? 1 : step.times;
  for (let n = 0; n < times; n++) {
    const due = start + step.atMs + n * (step.everyMs ?? 0);
    await sleep(clock, Math.max(0, due - clock.monotonic()), signal);
    act(step, n, stage);
  }
}

function act(step: Step, n: number, { device, misbehaviour, traced }: Stage): void {
  const { atomicUnder, deletes, sets, fault, heal } = step;
  if (atomicUnder !== undefined || deletes.length > 0 || sets.length > 0) {
    traced('device script', (traceparent) => {
      const stamp = device.stamp(traceparent);
      device.apply(
        [
          ...(atomicUnder === undefined ? [] : [{ kind: 'replace_prefix' as const, path: atomicUnder }]),
          ...deletes.map((path) => ({ kind: 'delete' as const, path })),
          ...sets.map(({ path, value }) => ({
            kind: 'set' as const,
            path,
            value: value(n),
            duplicates: 0,
            timestamp: stamp.timestamp ?? 0n,
          })),
        ],
        stamp,
      );
    });
  }
  if (fault !== undefined) misbehaviour.begin(fault);
  if (heal) misbehaviour.heal();
}
