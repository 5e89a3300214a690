// The entry of a core worker: a shard driven by the main thread's messages, in the order in which they come. What it
// cannot go on from ends the thread; the host starts another, which reads everything back from disk.
import { parentPort, workerData } from 'node:worker_threads';
import { systemClock } from '@syncline/runtime/clock.ts';
import { systemRng } from '@syncline/runtime/rng.ts';
import { coreFailpoints } from './failpoints.ts';
import { LeafStore } from './leaf-store.ts';
import type { CoreWorkerData, Finish, ToCore } from './protocol.ts';
import { Shard } from './shard.ts';

const port = parentPort;
if (port === null) throw new Error('worker.ts runs as a worker thread only');

const { failpoints, traced } = workerData as CoreWorkerData;
const points = coreFailpoints(failpoints);

const shard = new Shard({
  clock: systemClock,
  rng: systemRng,
  traced,
  failpoint: (name) => points.hit(name),
  openStore: (file) => new LeafStore(file),
  send: (message, transfer) => port.postMessage(message, transfer),
});

port.on('message', (message: ToCore | Finish) => {
  // Nothing else keeps the thread alive; an ended thread flushes its spans, a terminated one loses them.
  if (message.kind === 'finish') port.close();
  else shard.receive(message);
});
