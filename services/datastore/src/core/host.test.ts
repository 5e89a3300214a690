import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { SubscribeResponse } from '@syncline/proto/gnmi.ts';
import { systemClock } from '@syncline/runtime/clock.ts';
import { Liveness } from '@syncline/runtime/liveness.ts';
import { seededRng } from '@syncline/runtime/rng.ts';
import { createLogger } from '@syncline/telemetry/logger.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CoreHost, type CoreHostOptions, type StoreSpec, type SubscriberSink } from './host.ts';
import { CoreDeadlineError, CoreLostError, CoreRefusalError } from './host-errors.ts';
import type { CoreLimits, CoreStatus, Query } from './protocol.ts';
import { spawnCoreWorker } from './spawn.ts';

const limits: CoreLimits = {
  windowBytes: 1 << 20,
  pathBytes: 4096,
  messageBytes: 60_000,
  pushChanges: 1000,
  ringEntries: 1024,
  foldedEntries: 1000,
  commitRetryMs: { initial: 10, max: 100 },
  getBytes: 1 << 20,
};

const patience = { deadlineMs: 10_000, signal: new AbortController().signal };

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'host-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

function hostOf(failpoints = '', options: Partial<CoreHostOptions> = {}) {
  const liveness = new Liveness(systemClock);
  const host = new CoreHost({
    workers: 1,
    settings: {
      pingMs: 20,
      pingDeadlineMs: 150,
      restart: { initialMs: 20, maxMs: 100, factor: 2, jitter: 0, resetAfterMs: 1000 },
      finishMs: 1_000,
    },
    clock: systemClock,
    rng: seededRng(1),
    liveness,
    logger: createLogger({ service: 'test', instance: 'test', level: 'silent' }),
    spawn: () => spawnCoreWorker({ failpoints, traced: false }),
    ...options,
  });
  return { host, liveness };
}

function storeOf(datastore: number): StoreSpec {
  const everything = new Uint8Array(0);
  return {
    datastore,
    name: `r${datastore}`,
    file: join(directory, `${datastore}.db`),
    syncs: [{ slot: 0, name: 'all', paths: [everything] }],
    limits,
  };
}

/** A store's owner: what it heard, and a promise of the next loss. */
function owner() {
  const lost = Promise.withResolvers<CoreLostError>();
  return { lost: lost.promise, listener: { degraded: () => {}, lost: lost.resolve } };
}

/** Sends one leaf as a device's whole tree; resolves when it is committed. */
function commitOneLeaf(host: CoreHost, datastore: number, value: bigint): Promise<unknown> {
  const committed = Promise.withResolvers<unknown>();
  host.onSync(datastore, 0, { ingested: () => {}, sealed: () => {}, synced: committed.resolve });
  const messages = [
    {
      response: {
        $case: 'update' as const,
        value: {
          timestamp: 1n,
          update: [{ path: { elem: [{ name: 'a' }] }, val: { value: { $case: 'uintVal' as const, value } } }],
        },
      },
    },
    { response: { $case: 'syncResponse' as const, value: true } },
  ].map((response) => SubscribeResponse.encode(SubscribeResponse.fromPartial(response)).finish());
  const parts = messages.flatMap((bytes) => [new Uint8Array(Uint32Array.of(bytes.length).buffer), bytes]);
  const chunk = new Uint8Array(Buffer.concat(parts)).buffer;
  host.send({ kind: 'begin', datastore, sync: 0, epoch: 1 });
  host.send({ kind: 'ingest', datastore, sync: 0, epoch: 1, chunk }, [chunk]);
  return committed.promise;
}

function observe(host: CoreHost, datastore: number): Promise<CoreStatus> {
  return host.ask({ kind: 'observe', datastore }, patience);
}

function sink(heard: string[]): SubscriberSink {
  return {
    feed: () => heard.push('feed'),
    behind: () => heard.push('behind'),
    page: () => heard.push('page'),
    ended: ({ subscriber, code }) => heard.push(`ended ${subscriber} ${code}`),
    lost: (datastore) => heard.push(`lost ${datastore}`),
  };
}

test('a store is opened, takes what a session sends, and shows it', async () => {
  const { host } = hostOf();
  await using _ = host;
  await host.open(storeOf(1), owner().listener, patience);
  expect(await observe(host, 1)).toMatchObject({ version: 0, leaves: 0 });
  await commitOneLeaf(host, 1, 7n);
  expect(await observe(host, 1)).toMatchObject({ version: 1, leaves: 1 });
});

test('a worker that crashes takes nobody with it: all are told, and what was committed is there again', async () => {
  const { host } = hostOf('commit.after=exit@1');
  await using _ = host;
  const heard: string[] = [];
  host.subscribers = sink(heard);
  const [first, second] = [owner(), owner()];
  await host.open(storeOf(1), first.listener, patience);
  await host.open(storeOf(2), second.listener, patience);
  void commitOneLeaf(host, 1, 7n);
  const reasons = await Promise.all([first.lost, second.lost]);
  expect(reasons[0].message).toContain('core worker 0 ended');
  expect(heard).toEqual(['lost 1', 'lost 2']);
  await expect(observe(host, 1)).rejects.toThrow(CoreLostError);

  await reopen(host, 1);
  expect(await observe(host, 1)).toMatchObject({ version: 1, leaves: 1 });
  expect(host.crashes).toBe(1);
});

/** As a datastore does: until the worker is back. */
async function reopen(host: CoreHost, datastore: number): Promise<void> {
  for (;;) {
    try {
      return await host.open(storeOf(datastore), owner().listener, patience);
    } catch (error) {
      if (!(error instanceof CoreLostError)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}

test('a worker that answers no ping in time is named by liveness, until it answers', async () => {
  const { host, liveness } = hostOf('commit.begin=block:600');
  await using _ = host;
  await host.open(storeOf(1), owner().listener, patience);
  const committed = commitOneLeaf(host, 1, 7n);
  await expect
    .poll(() => liveness.report().overdue[0]?.awaits, { interval: 10 })
    .toBe('an answer from core worker 0');
  await committed;
  await expect.poll(() => liveness.report().live, { interval: 10 }).toBe(true);
});

test('a question that is not answered in time fails alone', async () => {
  const { host } = hostOf('commit.begin=block:300');
  await using _ = host;
  await host.open(storeOf(1), owner().listener, patience);
  const committed = commitOneLeaf(host, 1, 7n);
  const asked = host.ask({ kind: 'observe', datastore: 1 }, { ...patience, deadlineMs: 50 });
  await expect(asked).rejects.toThrow(CoreDeadlineError);
  await committed;
  expect(await observe(host, 1)).toMatchObject({ leaves: 1 });
});

test('what the core refuses comes with its code and its words', async () => {
  const { host } = hostOf();
  await using _ = host;
  await host.open(storeOf(1), owner().listener, patience);
  const paths = [Buffer.from('1a030a0178', 'hex')];
  const query: Query = { paths, encoding: 2, target: '', depth: 0, type: 0 };
  const refusal: unknown = await host
    .ask({ kind: 'get', datastore: 1, query }, patience)
    .catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(CoreRefusalError);
  expect(refusal).toMatchObject({ code: 'NOT_FOUND' });
});

test('a subscribe to a store that is not open is answered, never left waiting', async () => {
  const { host } = hostOf();
  await using _ = host;
  const heard: string[] = [];
  host.subscribers = sink(heard);
  const subscription = {
    mode: 'once',
    updatesOnly: false,
    paths: [],
    encoding: 2,
    target: '',
    depth: 0,
  } as const;
  host.send({ kind: 'subscribe', datastore: 9, subscriber: 4, subscription });
  expect(heard).toEqual([]);
  await Promise.resolve();
  expect(heard).toEqual(['ended 4 UNAVAILABLE']);
});

test('stores have a worker each while there are workers, and share them then', async () => {
  let workers = 0;
  const { host } = hostOf('', {
    workers: 2,
    spawn: () => {
      workers += 1;
      return spawnCoreWorker({ failpoints: '', traced: false });
    },
  });
  await using _ = host;
  const seen: number[] = [];
  for (const number of [1, 2, 3]) {
    await host.open(storeOf(number), owner().listener, patience);
    seen.push(workers);
  }
  expect(seen).toEqual([1, 2, 2]);
  await host.close(1, false, patience);
  await host.close(3, true, patience);
  await host.open(storeOf(4), owner().listener, patience);
  expect(workers).toBe(2);
});

test('a worker that is stuck is ended all the same', async () => {
  const { host } = hostOf('commit.begin=block:60000');
  await host.open(storeOf(1), owner().listener, patience);
  void commitOneLeaf(host, 1, 7n);
  await host[Symbol.asyncDispose]();
});

test('a worker in a call of the system that does not return holds the stop no longer than it may', async () => {
  const pipe = join(directory, 'pipe');
  execFileSync('mkfifo', [pipe]);
  // To open a pipe takes until somebody opens its other end, and no signal of V8 reaches a thread in there.
  const reads = `
    const { parentPort, workerData } = require('node:worker_threads');
    parentPort.postMessage({ kind: 'reply', request: 0, value: { done: true } });
    require('node:fs').readFileSync(workerData);
  `;
  const worker = new Worker(reads, { eval: true, workerData: pipe });
  const exited = once(worker, 'exit');
  const { host } = hostOf('', { spawn: () => worker });
  const opened = host.open(storeOf(1), owner().listener, patience);
  await once(worker, 'message');
  const disposed = host[Symbol.asyncDispose]();
  await expect(opened).rejects.toThrow('was stopped');
  await disposed;
  closeSync(openSync(pipe, 'r+'));
  await exited;
});

test('disposing rejects what is still asked', async () => {
  const { host } = hostOf('commit.begin=block:200');
  await host.open(storeOf(1), owner().listener, patience);
  void commitOneLeaf(host, 1, 7n);
  const asked = host.ask({ kind: 'observe', datastore: 1 }, patience);
  const disposed = host[Symbol.asyncDispose]();
  await expect(asked).rejects.toThrow('was stopped');
  await disposed;
});
