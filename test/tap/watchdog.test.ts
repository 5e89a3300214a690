// The watchdog of a tap process: what is told of a loop that is stuck, and what is not taken for one.

import { execFileSync } from 'node:child_process';
import { constants } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { HealthDefinition, HealthCheckResponse_ServingStatus as Serving } from '@syncline/proto/health.ts';
import type { Settings } from '@syncline/testkit/service-process.ts';
import { type TempDir, tempDir } from '@syncline/testkit/temp-dir.ts';
import { Status } from 'nice-grpc-common';
import { expect, test } from 'vitest';
import { web } from './streams.ts';
import { all, TapUnderTest } from './tap-under-test.ts';
import { TrenchUnderTest } from './trench-under-test.ts';

const nowhere = { nsp: '127.0.0.1:1', proxy: '127.0.0.1:1' };

test('a state file whose disk does not answer: NOT_SERVING and not live, the log names the loop, and all is well when it answers', async () => {
  await using disk = await HungDisk.make();
  await using tap = await TapUnderTest.start('target-1', nowhere, disk.settings);
  await expect.poll(() => health(tap)).toBe(Serving.SERVING);
  expect(await liveness(tap)).toMatchObject({ status: 200 });

  disk.hang();
  await expect(tap.open(web)).rejects.toMatchObject({ code: Status.UNAVAILABLE });
  await expect.poll(() => health(tap)).toBe(Serving.NOT_SERVING);
  const { status, body } = await liveness(tap);
  expect([status, body]).toEqual([503, expect.stringContaining('"loop":"state"') as string]);
  await tap.logs('"a loop is stuck"');
  const line = tap.service.logs.find((each) => each.includes('"a loop is stuck"')) ?? '{}';
  expect(JSON.parse(line)).toMatchObject({
    level: 'error',
    overdue: [{ loop: 'state', phase: 'write', awaits: 'the disk' }],
  });

  await disk.answer();
  await expect.poll(() => health(tap)).toBe(Serving.SERVING);
  expect(await liveness(tap)).toMatchObject({ status: 200 });
  await tap.logs('no loop is stuck any more');
});

test('the same with EXIT_WHEN_STUCK: it ends with code 1', async () => {
  await using disk = await HungDisk.make();
  await using tap = await TapUnderTest.start('target-1', nowhere, {
    ...disk.settings,
    exitWhenStuck: 'true',
  });
  disk.hang();
  await expect(tap.open(web)).rejects.toMatchObject({ code: Status.UNAVAILABLE });
  await tap.logs('stuck: state awaits the disk');
  // No process ends while a call of the operating system holds one of its threads.
  await disk.answer();
  expect(await tap.service.exited).toEqual({ code: 1, signal: null });
});

test('frozen for longer than a Request may take, a tap that is to end when a loop is stuck goes on', async () => {
  await using trench = await TrenchUnderTest.start('demo', [web]);
  await trench.fault({ $case: 'hang', value: {} });
  const settings = { request: '2s', watchdog: '1s', exitWhenStuck: 'true' };
  await using tap = await TapUnderTest.start('target-1', trench.neighbours, settings);
  await tap.open(web);
  await tap.dumps('a Request that is not answered', ({ loops }) =>
    loops.some(({ awaits }) => awaits.includes('Request')),
  );
  tap.service.kill('SIGSTOP');
  await delay(5_000);
  tap.service.kill('SIGCONT');
  await trench.clearFaults();
  await tap.shows(all([web], 'OPEN'));
  expect(await liveness(tap)).toMatchObject({ status: 200 });
  expect(tap.service.logs.filter((line) => line.includes('stuck'))).toEqual([]);
});

async function health(tap: TapUnderTest): Promise<Serving> {
  const { status } = await tap.connection.client(HealthDefinition).check({ service: 'ambassador.v1.Tap' });
  return status;
}

async function liveness(tap: TapUnderTest): Promise<{ readonly status: number; readonly body: string }> {
  const response = await fetch(`http://127.0.0.1:${tap.service.adminPort}/livez`);
  return { status: response.status, body: await response.text() };
}

/** A folder for a state file, on what may stop to answer. */
class HungDisk implements AsyncDisposable {
  readonly settings: Settings;
  readonly #dir: TempDir;
  readonly #next: string;

  static async make(): Promise<HungDisk> {
    return new HungDisk(await tempDir('tap-state'));
  }

  private constructor(dir: TempDir) {
    const state = join(dir.path, 'state.json');
    this.settings = { state, stateWrite: '500ms', stateAnswer: '100ms' };
    this.#dir = dir;
    this.#next = `${state}.next`;
  }

  /** What is written next waits: nobody reads the FIFO that it opens. */
  hang(): void {
    execFileSync('mkfifo', [this.#next]);
  }

  /** The write that waits goes on, and fails; the one after it finds a disk like any other. */
  async answer(): Promise<void> {
    const reader = await open(this.#next, constants.O_RDONLY | constants.O_NONBLOCK);
    await rm(this.#next);
    await reader.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#dir[Symbol.asyncDispose]();
  }
}
