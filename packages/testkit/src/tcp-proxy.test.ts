import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { TcpProxy } from './tcp-proxy.ts';
import { until } from './wait.ts';

/** Sends every byte back, and ends when the client ends. */
async function echoServer(): Promise<AsyncDisposable & { readonly port: number }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.pipe(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** A client that remembers what it received. */
async function dial(port: number) {
  const socket = connect(port, '127.0.0.1');
  let received = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => (received = Buffer.concat([received, chunk])));
  await once(socket, 'connect');
  return {
    socket,
    received: () => received,
    receives: (length: number) =>
      until(() => received.length, {
        deadlineMs: 5_000,
        describe: `${length} bytes`,
        accept: (n) => n >= length,
      }),
  };
}

test('bytes pass unchanged both ways, are counted, and the end passes too', async () => {
  await using echo = await echoServer();
  await using proxy = await TcpProxy.open(echo.port);
  const payload = 'x'.repeat(3_000_000);
  const socket = connect(proxy.port, '127.0.0.1');
  socket.end(payload);
  expect(await text(socket)).toBe(payload);
  expect([proxy.bytes('up'), proxy.bytes('down')]).toEqual([payload.length, payload.length]);
  expect(proxy.accepted).toBe(1);
  await until(() => proxy.open === 0, { deadlineMs: 5_000, describe: 'no connection is open' });
});

test('a cut resets open connections and lets new ones through', async () => {
  await using echo = await echoServer();
  await using proxy = await TcpProxy.open(echo.port);
  const { socket } = await dial(proxy.port);
  const failed = once(socket, 'error');
  await until(() => proxy.open, { deadlineMs: 5_000, describe: 'the proxy has the connection' });
  proxy.cut();
  expect(await failed).toMatchObject([{ code: 'ECONNRESET' }]);

  const again = await dial(proxy.port);
  again.socket.write('ping');
  await again.receives(4);
  again.socket.destroy();
});

test('a half-open line holds its bytes until it heals, for old and new connections', async () => {
  await using echo = await echoServer();
  await using proxy = await TcpProxy.open(echo.port);
  const old = await dial(proxy.port);
  old.socket.write('one');
  await old.receives(3);

  proxy.halfOpen();
  old.socket.write('two');
  const fresh = await dial(proxy.port);
  fresh.socket.write('new');
  const passing = await Promise.race([once(old.socket, 'data'), once(fresh.socket, 'data'), quiet(100)]);
  expect(passing).toBe('quiet');
  expect([old.socket.readyState, fresh.socket.readyState]).toEqual(['open', 'open']);

  await proxy.heal();
  await old.receives(6);
  await fresh.receives(3);
  expect(old.received().toString()).toBe('onetwo');
  old.socket.destroy();
  fresh.socket.destroy();
});

test('a refusing proxy turns new connections away, keeps old ones, and heals on the same port', async () => {
  await using echo = await echoServer();
  await using proxy = await TcpProxy.open(echo.port);
  const old = await dial(proxy.port);
  old.socket.write('a');
  await old.receives(1);
  proxy.refuse();
  await expect(dial(proxy.port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  old.socket.write('b');
  await old.receives(2);
  await proxy.heal();
  (await dial(proxy.port)).socket.destroy();
  old.socket.destroy();
});

test('a delayed line is late, not slow: a long message takes one delay, not one for each piece', async () => {
  await using echo = await echoServer();
  await using proxy = await TcpProxy.open(echo.port);
  proxy.delay(60);
  const { socket, receives } = await dial(proxy.port);
  const start = performance.now();
  socket.write(Buffer.alloc(1_000_000));
  await receives(1_000_000);
  const took = performance.now() - start;
  expect(took).toBeGreaterThan(115);
  expect(took).toBeLessThan(1_500);
  socket.destroy();
});

test('a throttled line keeps its rate', async () => {
  await using echo = await echoServer();
  await using proxy = await TcpProxy.open(echo.port);
  proxy.throttle(100_000);
  const { socket, receives } = await dial(proxy.port);
  const start = performance.now();
  socket.write(Buffer.alloc(30_000));
  await receives(30_000);
  expect(performance.now() - start).toBeGreaterThan(250);
  expect(() => proxy.throttle(0)).toThrow(/halfOpen/);
  socket.destroy();
});

test('corruption flips one bit of one byte, once', async () => {
  await using echo = await echoServer();
  await using proxy = await TcpProxy.open(echo.port);
  const { socket, received, receives } = await dial(proxy.port);
  proxy.corrupt(5);
  socket.write(Buffer.alloc(20));
  await receives(20);
  expect([...received().entries()].filter(([, byte]) => byte !== 0)).toEqual([[5, 0x10]]);
  socket.destroy();
});

function quiet(ms: number): Promise<'quiet'> {
  return new Promise((resolve) => setTimeout(resolve, ms, 'quiet'));
}
