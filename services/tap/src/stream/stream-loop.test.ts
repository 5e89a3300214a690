import { setImmediate as turn } from 'node:timers/promises';
import { Liveness } from '@syncline/runtime/liveness.ts';
import { seededRng } from '@syncline/runtime/rng.ts';
import { StopSignal } from '@syncline/runtime/stop-signal.ts';
import { VirtualClock } from '@syncline/testkit/virtual-clock.ts';
import { expect, test } from 'vitest';
import type { ListedTarget, TargetRegistry } from '../ports.ts';
import { timings } from '../world/model-tap.ts';
import { ipsKeyOf } from './identifiers.ts';
import { StatusBoard } from './status-board.ts';
import { StreamLoop } from './stream-loop.ts';

const name = { trench: 'demo', conduit: 'edge', stream: 'web' };
const localIps = ['10.0.0.1/24'];

test('refreshes are early or late by chance, within the jitter', async () => {
  const clock = new VirtualClock();
  const writtenMs: number[] = [];
  let target: ListedTarget | undefined;
  const registry: TargetRegistry = {
    register({ ips, identifier, status }) {
      if (target !== undefined) writtenMs.push(clock.monotonic());
      target = { ips, identifier, status: target === undefined ? 'disabled' : status };
      return Promise.resolve();
    },
    unregister: () => Promise.resolve(),
    list: () => Promise.resolve(target === undefined ? [] : [target]),
  };
  const snapshot = { epoch: 1, localIps, ipsKey: ipsKeyOf(localIps), gateways: [] };
  await using _ = new StreamLoop(
    {
      name,
      registry,
      timings: timings.stream,
      watchdogMs: timings.watchdogMs,
      board: new StatusBoard(clock),
      clock,
      rng: seededRng(1),
      liveness: new Liveness(clock),
      stop: new StopSignal(),
      note: () => undefined,
      over: () => undefined,
    },
    { link: { state: 'up', detail: '', snapshot }, config: { kind: 'listed', maxTargets: 1 } },
  );
  await turn();
  while (writtenMs.length <= 20) {
    const [next] = clock.due();
    if (next === undefined) throw new Error('nothing is due any more');
    clock.fire(next);
    await turn();
  }
  const everyMs = writtenMs.slice(1).map((ms, index) => ms - (writtenMs[index] ?? 0));
  const { refreshMs, refreshJitter } = timings.stream;
  expect(Math.min(...everyMs)).toBeGreaterThanOrEqual(refreshMs * (1 - refreshJitter));
  expect(Math.max(...everyMs)).toBeLessThanOrEqual(refreshMs * (1 + refreshJitter));
  expect(Math.max(...everyMs) - Math.min(...everyMs)).toBeGreaterThan(refreshMs * refreshJitter);
});
