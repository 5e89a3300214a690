import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseSettings } from '@syncline/rpc/settings.ts';
import { systemClock } from '@syncline/runtime/clock.ts';
import { Liveness } from '@syncline/runtime/liveness.ts';
import { seededRng } from '@syncline/runtime/rng.ts';
import { StoreFaultError } from '@syncline/sqlite/store-fault.ts';
import { StoreDeadlineError, StoreThread } from '@syncline/sqlite/store-thread.ts';
import { createLogger } from '@syncline/telemetry/logger.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { datastoreSettings, sessionSettings, settings, threadSettings } from '../config.ts';
import { CoreHost } from '../core/host.ts';
import { spawnCoreWorker } from '../core/spawn.ts';
import type { CatalogThread } from './catalog.ts';
import type { CatalogStore } from './catalog-store.ts';
import type { DatastoreConfig } from './config.ts';
import { Datastores, firstEpoch } from './datastores.ts';
import { DatastoreExistsError, UnknownDatastoreError } from './errors.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'datastores-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const requestOf = (name: string) => new TextEncoder().encode(name);
const read = (request: Uint8Array) => config(new TextDecoder().decode(request));
const config = (name: string): DatastoreConfig => ({
  name,
  schema: undefined,
  target: { address: 'nowhere', port: 1 },
  syncs: [
    {
      slot: 0,
      name: 'all',
      mode: { kind: 'once' },
      encoding: undefined,
      endpoint: { address: 'nowhere:1', security: { kind: 'plaintext' }, identity: { kind: 'none' } },
      interest: { targetName: '', paths: [] },
    },
  ],
});

/** What becomes of a call: it is made and its answer late, it is lost and its answer late, or the disk is full. */
type Fate = 'late' | 'lost' | 'refused';

/** The catalog, the next call of whose methods ends as it is told to. */
function fated(thread: StoreThread<CatalogStore>, fates: Map<string, Fate>): CatalogThread {
  const real = thread as unknown as { call(method: string, ...args: readonly unknown[]): Promise<unknown> };
  const call = async (method: string, ...args: readonly unknown[]) => {
    const fate = fates.get(method);
    fates.delete(method);
    if (fate === 'refused') throw new StoreFaultError(method, 'disk-full', 'SQLITE_FULL', 'no room');
    const value = fate === 'lost' ? undefined : await real.call(method, ...args);
    if (fate !== undefined) throw new StoreDeadlineError(method, 1);
    return value;
  };
  return { call: call as CatalogThread['call'] };
}

/** One start of the process, without a network. */
async function start(stores = directory) {
  const stack = new AsyncDisposableStack();
  const logger = createLogger({ service: 'test', instance: 'test', level: 'silent' });
  const [clock, rng] = [systemClock, seededRng(1)];
  const all = parseSettings({}, settings);
  const catalog = stack.use(
    await StoreThread.open<CatalogStore>({
      entry: new URL('./catalog-worker.ts', import.meta.url),
      data: join(directory, 'catalog.db'),
      deadlineMs: 5_000,
      onLost: () => expect.fail('the catalog was lost'),
    }),
  );
  const host = stack.use(
    new CoreHost({
      workers: 1,
      settings: threadSettings(all),
      clock,
      rng,
      logger,
      liveness: new Liveness(clock),
      spawn: () => spawnCoreWorker({ failpoints: '', traced: false }),
    }),
  );
  const deleted: number[] = [];
  const fates = new Map<string, Fate>();
  const datastores = stack.use(
    new Datastores(fated(catalog, fates), {
      host,
      directory: stores,
      settings: datastoreSettings(all),
      epoch: firstEpoch(await catalog.call('countStart')),
      onDeleted: (number) => deleted.push(number),
      session: {
        clock,
        awake: clock,
        rng,
        logger,
        host,
        traced: false,
        hold: () => undefined,
        settings: sessionSettings(all),
        openLine() {
          throw new Error('there is no network here');
        },
      },
    }),
  );
  return { datastores, catalog, fates, deleted, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

test('what was created is there at the next start, with epochs above all of this one', async () => {
  let epoch: number;
  {
    await using first = await start();
    const datastore = await first.datastores.create(config('r1'), requestOf('r1'));
    epoch = datastore.sessions()[0]?.view.state.epoch ?? Number.NaN;
    await first.datastores.create(config('r2'), requestOf('r2'));
    await first.datastores.pause('r2');
    await first.datastores.delete('r1');
    expect(first.deleted).toEqual([1]);
    await first.datastores.create(config('r1'), requestOf('r1'));
  }
  await using second = await start();
  const { opened } = await second.datastores.restore(read);
  await opened;
  expect(second.datastores.list().map(({ name, number, paused }) => [name, number, paused])).toEqual([
    ['r1', 3, false],
    ['r2', 2, true],
  ]);
  expect(second.datastores.readiness()).toEqual({ ready: true });
  expect(second.datastores.get('r1').sessions()[0]?.view.state.epoch).toBe(epoch + 1_000_000_000);
});

test('a kept request that is not understood stops the start, and is named', async () => {
  {
    await using first = await start();
    await first.datastores.create(config('r1'), requestOf('r1'));
  }
  await using second = await start();
  const restored = second.datastores.restore(() => {
    throw new Error('mode 9 is unknown');
  });
  await expect(restored).rejects.toThrow('the catalog\'s datastore "r1" is not understood');
});

test('folders of datastores that are not in the catalog are removed, and nothing else', async () => {
  for (const folder of ['17', 'notes']) {
    mkdirSync(join(directory, folder));
    writeFileSync(join(directory, folder, 'file'), 'x');
  }
  await using now = await start();
  await now.datastores.restore(read);
  expect(['17', 'notes', 'catalog.db'].map((entry) => existsSync(join(directory, entry)))).toEqual([
    false,
    true,
    true,
  ]);
});

test('a datastore whose store cannot be made is not kept, and its name stays free', async () => {
  await using now = await start();
  writeFileSync(join(directory, '1'), 'a file where the folder should be');
  await expect(now.datastores.create(config('r1'), requestOf('r1'))).rejects.toThrow(
    'cannot open the database',
  );
  expect(await now.catalog.call('list')).toEqual([]);
  await now.datastores.create(config('r1'), requestOf('r1'));
  await expect(now.datastores.create(config('r1'), requestOf('r1'))).rejects.toThrow(DatastoreExistsError);
});

test('a store that cannot be opened at the start is tried again, and readiness names it until it is', async () => {
  {
    await using first = await start();
    await first.datastores.create(config('r1'), requestOf('r1'));
  }
  const running = join(directory, '1');
  rmSync(running, { recursive: true });
  writeFileSync(running, 'a file where the folder should be');
  await using second = await start();
  const { opened } = await second.datastores.restore(read);
  await expect
    .poll(async () => (await second.datastores.get('r1').view(new AbortController().signal)).degraded)
    .toContain('cannot open the database');
  expect(second.datastores.readiness()).toEqual({ ready: false, reason: 'stores being opened: r1' });
  rmSync(running);
  await opened;
  expect(second.datastores.readiness()).toEqual({ ready: true });
});

test('a create whose answer from the catalog is late stands when it was made, however late', async () => {
  await using now = await start();
  now.fates.set('insert', 'late').set('find', 'late');
  await now.datastores.create(config('r1'), requestOf('r1'));
  expect(now.datastores.get('r1').number).toBe(1);
  expect(await now.catalog.call('list')).toMatchObject([{ number: 1, name: 'r1' }]);
});

test.each(['lost', 'refused'] as const)(
  'of a create that is %s in the catalog nothing is kept',
  async (fate) => {
    await using now = await start();
    now.fates.set('insert', fate);
    await expect(now.datastores.create(config('r1'), requestOf('r1'))).rejects.toThrow(
      fate === 'lost' ? StoreDeadlineError : 'no room',
    );
    expect([existsSync(join(directory, '1')), await now.catalog.call('list')]).toEqual([false, []]);
    expect((await now.datastores.create(config('r1'), requestOf('r1'))).number).toBe(2);
  },
);

test.each([
  ['late', true],
  ['lost', false],
  ['refused', false],
] as const)(
  'after a pause and a delete that are %s in the catalog, what runs is what it has',
  async (fate, made) => {
    await using now = await start();
    const datastore = await now.datastores.create(config('r1'), requestOf('r1'));
    const isDone = (change: Promise<void>) =>
      change.then(
        () => true,
        () => false,
      );
    now.fates.set('setPaused', fate);
    expect(await isDone(now.datastores.pause('r1'))).toBe(made);
    expect([datastore.paused, (await now.catalog.call('find', 1))?.paused]).toEqual([made, made]);
    now.fates.set('remove', fate);
    expect(await isDone(now.datastores.delete('r1'))).toBe(made);
    expect(now.datastores.find('r1') === undefined).toBe(made);
    expect((await now.catalog.call('list')).length === 0).toBe(made);
  },
);

test('a name that is being deleted is not free, nor to be deleted again', async () => {
  await using now = await start();
  await now.datastores.create(config('r1'), requestOf('r1'));
  const deleted = now.datastores.delete('r1');
  await expect(now.datastores.create(config('r1'), requestOf('r1'))).rejects.toThrow(DatastoreExistsError);
  await expect(now.datastores.delete('r1')).rejects.toThrow(UnknownDatastoreError);
  await deleted;
});

test('a datastore whose files cannot be removed is deleted all the same, and the stop goes on', async () => {
  const stores = join(directory, 'stores');
  mkdirSync(stores);
  await using now = await start(stores);
  await now.datastores.create(config('r1'), requestOf('r1'));
  renameSync(stores, join(directory, 'moved'));
  writeFileSync(stores, 'a file where the folder should be');
  await now.datastores.delete('r1');
  expect([now.datastores.list(), now.deleted]).toEqual([[], [1]]);
});

test('what is not there is said by name', async () => {
  await using now = await start();
  for (const act of [now.datastores.delete('x'), now.datastores.pause('x'), now.datastores.resume('x')]) {
    await expect(act).rejects.toThrow(UnknownDatastoreError);
  }
});
