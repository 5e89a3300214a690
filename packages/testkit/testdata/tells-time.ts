// Tells whoever connects the wall clock of its main thread and of a thread that is given no preloads, as services give none.
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';

if (isMainThread) {
  const thread = new Worker(new URL(import.meta.url), { execArgv: [] });
  thread.unref();
  const server = createServer(async (socket) => {
    thread.postMessage('');
    const [inThread] = (await once(thread, 'message')) as number[];
    socket.end(JSON.stringify([Date.now(), new Date().getTime(), Date.parse(Date()), inThread]));
  });
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address() as AddressInfo;
    console.log(JSON.stringify({ msg: 'serving', port, adminPort: port }));
  });
  process.on('SIGTERM', () => server.close());
} else {
  parentPort?.on('message', () => parentPort?.postMessage(Date.now()));
}
