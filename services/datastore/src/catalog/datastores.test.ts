import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseSettings } from '@syncline/rpc/settings.ts';
import { systemClock } from '@syncline/runtime/clock.ts';
import { Liveness } from '@syncline/runtime/liveness.ts';
import { seededRng } from '@syncline/runtime/rng.ts';
import { StoreThread } from '@syncline/sqlite/store-thread.ts';
import { createLogger } from '@syncline/telemetry/logger.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { datastoreSettings, sessionSettings, settings, threadSettings } from '../config.ts';
import { CoreHost } from '../core/host.ts';
import { spawnCoreWorker } from '../core/spawn.ts';
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

/** One start of the process, without a network. */
async function start() {
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
  const datastores = stack.use(
    new Datastores(catalog, {
      host,
      directory,
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
  return { datastores, catalog, deleted, [Symbol.asyncDispose]: () => stack.disposeAsync() };
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

test('what is not there is said by name', async () => {
  await using now = await start();
  for (const act of [now.datastores.delete('x'), now.datastores.pause('x'), now.datastores.resume('x')]) {
    await expect(act).rejects.toThrow(UnknownDatastoreError);
  }
});
