import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { watchdogMsOf } from './process.ts';

const fixture = fileURLToPath(new URL('process.fixture.ts', import.meta.url));

/** Runs the fixture to its end; once it is ready it gets `signals`, one after the other. */
async function run(ending: string | readonly string[], ...signals: NodeJS.Signals[]) {
  const child = spawn(process.execPath, [fixture, ...[ending].flat()], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const records: Record<string, unknown>[] = [];
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line !== 'ready') records.push(JSON.parse(line) as Record<string, unknown>);
      // The next signal follows the answer to the one before.
      const signal = signals.shift();
      if (signal !== undefined) child.kill(signal);
    }
  });
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return { code, signal, records };
}

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s stops the service, which ends by itself with 0',
  async (signal) => {
    const { code, records } = await run('waits', signal);
    expect(code).toBe(0);
    expect(records).toMatchObject([{ msg: 'stopping', by: signal }]);
  },
);

test('a wait that the stop cut short is no failure', async () => {
  expect(await run('waits for something else', 'SIGTERM')).toMatchObject({
    code: 0,
    records: [{ msg: 'stopping' }],
  });
});

test('a second SIGINT ends the process at once', async () => {
  const { code } = await run('hangs', 'SIGINT', 'SIGINT');
  expect(code).toBe(130);
});

test('a process that does not end after the stop is ended by the watchdog, which says what holds it', async () => {
  const { code, records } = await run('hangs', 'SIGTERM');
  expect(code).toBe(70);
  expect(records.at(-1)).toMatchObject({ msg: 'still alive after the stop' });
  expect(records.at(-1)?.['holding']).toContain('TCPServerWrap');
});

test('a thread in a call that does not return does not keep the process: the watchdog kills it', async () => {
  const { signal, records } = await run('hangs in a call', 'SIGTERM');
  expect(signal).toBe('SIGKILL');
  expect(records.at(-1)).toMatchObject({ msg: 'still alive after the stop' });
});

test('nor does it keep a process that got a second SIGINT', async () => {
  const { signal, records } = await run('hangs in a call', 'SIGINT', 'SIGINT');
  expect(signal).toBe('SIGKILL');
  expect(records).toMatchObject([{ msg: 'stopping' }]);
});

test('a main that throws is logged and gives exit code 1', async () => {
  const { code, records } = await run('throws');
  expect(code).toBe(1);
  expect(records).toMatchObject([{ msg: 'service failed', err: { message: 'cannot open the store' } }]);
});

test('an unhandled rejection stops the service in order and gives exit code 1', async () => {
  const { code, records } = await run('rejects');
  expect(code).toBe(1);
  expect(records).toMatchObject([{ msg: 'service failed', err: { message: 'nobody awaits this' } }]);
});

test('a loop that fails stops the service and gives exit code 1, or the one that was chosen', async () => {
  expect(await run('fails')).toMatchObject({
    code: 1,
    records: [{ err: { message: 'the committer died' } }],
  });
  expect(await run('code')).toMatchObject({ code: 75 });
});

test('a connection to a host that does not answer does not hold the process', async () => {
  using host = await silentHost();
  const { code, records } = await run(['connects', `127.0.0.1:${host.port}`], 'SIGTERM');
  expect(code).toBe(0);
  expect(records).toMatchObject([{ msg: 'stopping' }]);
});

/** A port on which connecting neither succeeds nor fails: its queue of connections is full, and nobody accepts any. */
async function silentHost(): Promise<Disposable & { readonly port: number }> {
  const listener =
    'const server = require("node:net").createServer().listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => console.log(server.address().port))';
  const child = spawn(process.execPath, ['-e', listener], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [text] = (await once(child.stdout, 'data')) as [Buffer];
  const port = Number(text.toString());
  child.kill('SIGSTOP');
  const filling: Socket[] = [];
  let isFull = false;
  while (!isFull) {
    const socket = connectTcp(port, '127.0.0.1').on('error', () => {});
    filling.push(socket);
    isFull = !(await Promise.race([once(socket, 'connect').then(() => true), sleep(300, false)]));
  }
  return {
    port,
    [Symbol.dispose]() {
      for (const socket of filling) socket.destroy();
      child.kill('SIGKILL');
    },
  };
}

test.each([
  ['10 s', 0, 10_000],
  ['10 s', 5_000, 10_000],
  ['5 s after the calls', 30_000, 35_000],
])('a stop may take %s when calls may go on for %i ms', (_, stopMs, watchdogMs) => {
  expect(watchdogMsOf(stopMs)).toBe(watchdogMs);
});
