// Preloaded into every process the testkit starts: its wall clock is the machine's and an offset, 0 until the test says
// another one. Whoever reads the wall clock does so by Date, grpc-js's deadlines too; the monotonic clock and timers go on.
// All threads read one number, so a step takes place in all of them at once.

import { syncBuiltinESMExports } from 'node:module';
import workerThreads, { type WorkerOptions } from 'node:worker_threads';

const inherited = 'the wall clock of the testkit';

const { isMainThread, Worker, getEnvironmentData, setEnvironmentData } = workerThreads;
const shared = isMainThread
  ? new SharedArrayBuffer(Float64Array.BYTES_PER_ELEMENT)
  : getEnvironmentData(inherited);
if (!(shared instanceof SharedArrayBuffer)) throw new TypeError('a thread without the clock of its process');
const offset = new Float64Array(shared);

const machineNow = Date.now;
Date.now = () => machineNow() + (offset[0] ?? 0);
globalThis.Date = new Proxy(Date, {
  construct: (date, args: unknown[], made) =>
    Reflect.construct(date, args.length === 0 ? [date.now()] : args, made) as Date,
  apply: (date) => new date(date.now()).toString(),
});

// A service gives its threads preloads of their own choice, and this one is not a service's to choose.
workerThreads.Worker = class extends Worker {
  constructor(entry: string | URL, options: WorkerOptions = {}) {
    const { execArgv = process.execArgv } = options;
    super(entry, { ...options, execArgv: ['--import', import.meta.url, ...execArgv] });
  }
};
syncBuiltinESMExports();

if (isMainThread) {
  setEnvironmentData(inherited, shared);
  // One offset in ms at a time, which the parent waits for.
  process.stdin.on('data', (said) => {
    offset[0] = Number(String(said));
    console.log(JSON.stringify({ msg: 'wall clock stepped', offsetMs: offset[0] }));
  });
}
