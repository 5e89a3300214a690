// The failpoint of the main thread's loop: armed, it is hit ten times a second; otherwise there is no timer at all.

import { clearInterval, setInterval } from 'node:timers';
import { processFaults } from '@syncline/rpc/process-faults.ts';
import { Failpoints } from '@syncline/runtime/failpoint.ts';
import { failpointsFor, mainPoints } from './failpoints.ts';

const tickMs = 100;

/** Starts the tick when `spec` arms it. */
export function mainTick(spec: string): Disposable {
  const own = failpointsFor(spec, mainPoints);
  if (own === '') return { [Symbol.dispose]() {} };
  const failpoints = new Failpoints(mainPoints, own, processFaults);
  const timer = setInterval(() => failpoints.hit('main.tick'), tickMs).unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
