// The failpoint of the main thread's loop: armed, it is hit ten times a second; otherwise there is no timer at all.

import { clearInterval, setInterval } from 'node:timers';
import { setTimeout as after } from 'node:timers/promises';
import { Failpoints } from '@syncline/runtime/failpoint.ts';
import { failpointsFor, mainPoints } from './failpoints.ts';

const tickMs = 100;

/** Starts the tick when `spec` arms it. */
export function mainTick(spec: string): Disposable {
  const own = failpointsFor(spec, mainPoints);
  if (own === '') return { [Symbol.dispose]() {} };
  const failpoints = new Failpoints(mainPoints, own, {
    kill: () => process.kill(process.pid, 'SIGKILL'),
    exit: (code) => process.exit(code),
    hang: (ms) => after(ms),
    block: (ms) => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms),
  });
  const timer = setInterval(() => failpoints.hit('main.tick'), tickMs).unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
