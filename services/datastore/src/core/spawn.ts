// Starting a core worker's thread.

import { Worker } from 'node:worker_threads';
import type { CoreWorkerData } from './protocol.ts';

const entry = new URL('./worker.ts', import.meta.url);

/** Starts a worker. Of the process's preloads it gets the tracing alone; the others are for the main thread. */
export function spawnCoreWorker(data: CoreWorkerData): Worker {
  const preload = data.traced ? ['--import', import.meta.resolve('@syncline/telemetry/register.ts')] : [];
  return new Worker(entry, { workerData: data, execArgv: preload });
}
