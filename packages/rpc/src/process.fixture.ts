// A service process that ends in the way its argument names, for process.test.ts.

import { once } from 'node:events';
import { createServer } from 'node:net';
import { Worker } from 'node:worker_threads';
import { aborted } from '@syncline/runtime/stop-signal.ts';
import { connect } from './connect.ts';
import { EchoDefinition } from './echo.fixture.ts';
import { runService } from './process.ts';

const ending = process.argv[2] ?? 'waits';
const watchdogMs = 500;

await runService(
  async (stop) => {
    // Keeps the process alive as a server would.
    const server = createServer().listen(0, '127.0.0.1');
    if (ending === 'hangs in a call') await readForEver();
    console.log('ready');
    switch (ending) {
      case 'throws':
        server.close();
        throw new Error('cannot open the store');
      case 'waits for something else':
        await once(new EventTarget(), 'never', { signal: stop.signal }).finally(() => server.close());
        return;
      case 'rejects':
        void Promise.reject(new Error('nobody awaits this'));
        break;
      case 'fails':
        stop.fail(new Error('the committer died'));
        break;
      case 'connects': {
        using connection = connect(process.argv[3] ?? '', { security: { kind: 'plaintext' } });
        const { signal } = stop;
        await connection
          .client(EchoDefinition)
          .unary({ text: 'x' }, { deadlineMs: 60_000, signal })
          .catch(() => {});
        break;
      }
      case 'code':
        process.exitCode = 75;
        stop.fail(new Error('lost leadership'));
        break;
    }
    await aborted(stop.signal);
    if (ending.startsWith('hangs')) return;
    server.close();
  },
  undefined,
  watchdogMs,
);

/** A thread in a system call that does not return, as of a store whose disk does not answer: nothing is on stdin. */
async function readForEver(): Promise<void> {
  const code = `
    require('node:worker_threads').parentPort.postMessage('reading');
    require('node:fs').readSync(0, Buffer.alloc(1));`;
  await once(new Worker(code, { eval: true }), 'message');
}
