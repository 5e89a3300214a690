import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { type Service, startService } from './service.ts';
import { environmentOf, ServiceError } from './service-process.ts';
import { until } from './wait.ts';

const main = fileURLToPath(new URL('../testdata/stand-in.ts', import.meta.url));
const clockMain = fileURLToPath(new URL('../testdata/tells-time.ts', import.meta.url));
const standIn = { service: 'stand-in', main };

const alive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

test('a service is started on a free port and goes with its scope', async () => {
  let pid: number;
  let dataDir: string;
  {
    await using service = await startService(standIn);
    ({ pid, dataDir } = service);
    expect(service.port).toBeGreaterThan(0);
    expect(await text(connect(service.port, '127.0.0.1'))).toBe(dataDir);
    expect(existsSync(dataDir)).toBe(true);
  }
  expect(alive(pid)).toBe(false);
  expect(existsSync(dataDir)).toBe(false);
});

test('settings are said in the words of the environment', () => {
  expect(environmentOf('region-syncer', { storeRetryMax: '1s', ipv4Prefix: '10.0.0.0/8' })).toEqual({
    SYNCLINE_REGION_SYNCER_STORE_RETRY_MAX: '1s',
    SYNCLINE_REGION_SYNCER_IPV4_PREFIX: '10.0.0.0/8',
  });
});

test('a service that fails to start is reported with its exit code and its last words', async () => {
  const failure = await startService({ ...standIn, args: ['fail'] }).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(ServiceError);
  expect((failure as ServiceError).exit).toEqual({ code: 2, signal: null });
  expect((failure as ServiceError).message).toContain('"mauve" is not a colour');
});

test('a service that never serves is killed at the deadline', async () => {
  const start = startService({ ...standIn, args: ['mute'], deadlineMs: 1_500 });
  await expect(start).rejects.toThrow(/did not serve within 1500 ms.*starting/s);
});

test('a killed service starts again on its data and its ports', async () => {
  const first = await startService(standIn);
  await first.crash();
  expect(await first.exited).toEqual({ code: null, signal: 'SIGKILL' });
  await using second = await first.restart();
  expect(second.port).toBe(first.port);
  expect(second.dataDir).toBe(first.dataDir);
  expect(second.pid).not.toBe(first.pid);
});

test('a frozen service can still be disposed of', async () => {
  await using service = await startService(standIn);
  service.kill('SIGSTOP');
});

test('a service that ended in a way nobody asked for fails its scope, with its last words', async () => {
  const died = await startService(standIn);
  process.kill(died.pid, 'SIGKILL');
  await expect(died[Symbol.asyncDispose]()).rejects.toThrow(/stand-in ended with SIGKILL.*serving/s);
  expect(existsSync(died.dataDir)).toBe(false);
  const stopsBadly = await startService({ ...standIn, args: ['stop badly'] });
  await expect(stopsBadly[Symbol.asyncDispose]()).rejects.toMatchObject({ exit: { code: 3, signal: null } });
  const replaced = await startService({ ...standIn, args: ['stop badly'] });
  await expect(replaced.restart()).rejects.toThrow('ended with code 3');
  await expect(replaced[Symbol.asyncDispose]()).rejects.toThrow('ended with code 3');
});

test('a service that has died by itself cannot be killed: that fails, with its last words, and is said once', async () => {
  const ended = async (service: Service, signal: 'SIGTERM' | 'SIGKILL') => {
    process.kill(service.pid, signal);
    await until(() => !alive(service.pid), { deadlineMs: 5_000, describe: `process ${service.pid} is gone` });
  };
  await using gone = await startService({ ...standIn, args: ['stop badly'] });
  await ended(gone, 'SIGTERM');
  await expect(gone.crash()).rejects.toThrow(/stand-in ended with code 3 before it was killed.*serving/s);
  await using killed = await startService(standIn);
  await ended(killed, 'SIGKILL');
  await expect(killed.crash()).rejects.toThrow('stand-in ended with SIGKILL before it was killed');
  await using frozen = await startService(standIn);
  await ended(frozen, 'SIGKILL');
  expect(() => frozen.kill('SIGSTOP')).toThrow(/stand-in had ended before SIGSTOP was sent.*serving/s);
});

test('a service that a test ends as it wants, or sees end, does not fail its scope', async () => {
  await using killed = await startService(standIn);
  killed.kill('SIGKILL');
  await using stopped = await startService({ ...standIn, args: ['stop badly'] });
  expect(await stopped.stop()).toEqual({ code: 3, signal: null });
  await using seen = await startService(standIn);
  process.kill(seen.pid, 'SIGKILL');
  expect((await seen.exited).signal).toBe('SIGKILL');
});

test('the wall clock of a service is stepped in all its threads, again and again, and starts over with it', async () => {
  const told = async ({ port }: Service) => JSON.parse(await text(connect(port, '127.0.0.1'))) as number[];
  /** How far each is from the machine's, in ms. */
  const offsets = async (service: Service) => (await told(service)).map((ms) => ms - Date.now());
  const all = (ms: number): unknown => Array(4).fill(expect.closeTo(ms, -4));
  await using first = await startService({ service: 'stand-in', main: clockMain });
  expect(await offsets(first)).toEqual(all(0));
  await first.stepWallClock(3_600_000);
  expect(await offsets(first)).toEqual(all(3_600_000));
  await first.stepWallClock(-30 * 86_400_000);
  expect(await offsets(first)).toEqual(all(3_600_000 - 30 * 86_400_000));
  await using second = await first.restart();
  expect(await offsets(second)).toEqual(all(0));
});

test('a step that a process does not take is a ServiceError', async () => {
  await using service = await startService(standIn);
  service.kill('SIGKILL');
  await service.exited;
  await expect(service.stepWallClock(1)).rejects.toThrow(/the wall clock of stand-in was not stepped/);
});

test('a service does not outlive a test process that is killed', async () => {
  const script = fileURLToPath(new URL('../testdata/starts-and-dies.ts', import.meta.url));
  const parent = spawn(process.execPath, [script, main], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [output] = await Promise.all([text(parent.stdout), once(parent, 'close')]);
  const pid = Number(output.trim());
  expect(pid).toBeGreaterThan(0);
  await until(() => !alive(pid), { deadlineMs: 5_000, describe: `process ${pid} is gone` });
});
