import { createServer } from 'node:net';
import { DatastoreServiceDefinition } from '@syncline/proto/datastore.ts';
import { connect } from '@syncline/rpc/connect.ts';
import { tempDir } from '@syncline/testkit/temp-dir.ts';
import { expect, test } from 'vitest';
import { freePort, processesOf, startUp } from './up-process.ts';

async function freePorts() {
  const [device, datastore] = [await freePort(), await freePort()];
  return {
    datastore,
    env: {
      SYNCLINE_DEVICE_PORT: String(device),
      SYNCLINE_DEVICE_ADMIN_PORT: '0',
      SYNCLINE_DATASTORE_PORT: String(datastore),
      SYNCLINE_DATASTORE_ADMIN_PORT: '0',
    },
  };
}

test('it says ready when local is SYNCED, Ctrl-C leaves no process, and the next start goes on', async () => {
  await using dir = await tempDir('up');
  const { env, datastore } = await freePorts();
  {
    await using up = startUp(dir.path, env);
    expect(await up.line('ready')).toContain(`datastore 127.0.0.1:${datastore}`);
    expect(up.lines).toContain('local: created');
    expect(await processesOf(dir.path)).toHaveLength(3);
    const began = performance.now();
    up.signal('SIGINT');
    expect(await up.ended).toEqual({ code: 0, signal: null });
    expect(performance.now() - began).toBeLessThan(10_000);
    expect(await processesOf(dir.path)).toEqual([]);
    expect(up.lines.at(-1)).toBe('stopped');
  }
  await using again = startUp(dir.path, env);
  await again.line('ready');
  expect(again.lines).toContain('local: goes on from what is on disk');
  using connection = connect(`127.0.0.1:${datastore}`, { security: { kind: 'plaintext' } });
  const { status } = await connection.client(DatastoreServiceDefinition).status({ datastore: 'local' });
  // The version counts on from the start before.
  expect(status?.runningVersion).toBeGreaterThan(1n);
});

test('a port that is taken is named with the setting that moves it', async () => {
  await using dir = await tempDir('up');
  const { env, datastore } = await freePorts();
  const squatter = createServer().listen(datastore, '127.0.0.1');
  await using up = startUp(dir.path, env);
  expect(await up.ended).toEqual({ code: 1, signal: null });
  squatter.close();
  expect(up.lines).toContain(
    `error: datastore: 127.0.0.1:${datastore} is taken by another process; set SYNCLINE_DATASTORE_PORT to another port (0 picks a free one)`,
  );
  expect(await processesOf(dir.path)).toEqual([]);
});

test('wrong settings of a service are listed, and the exit code is 2', async () => {
  await using dir = await tempDir('up');
  await using up = startUp(dir.path, { SYNCLINE_DEVICE_PORT: 'http', SYNCLINE_DEVICE_COLOUR: 'red' });
  expect(await up.ended).toEqual({ code: 2, signal: null });
  const text = up.lines.join('\n');
  expect(text).toContain('SYNCLINE_DEVICE_PORT=http');
  expect(text).toContain('SYNCLINE_DEVICE_COLOUR is no setting');
});

test('a service that dies takes the others along and is named', async () => {
  await using dir = await tempDir('up');
  const { env } = await freePorts();
  await using up = startUp(dir.path, env);
  await up.line('ready');
  const pids = await processesOf(dir.path);
  const newest = Math.max(...pids.map(Number));
  process.kill(newest, 'SIGKILL');
  expect(await up.ended).toEqual({ code: 1, signal: null });
  expect(up.lines).toContain('error: datastore: ended with SIGKILL');
  expect(await processesOf(dir.path)).toEqual([]);
});

test('services do not outlive a `make up` that was killed', async () => {
  await using dir = await tempDir('up');
  const { env } = await freePorts();
  await using up = startUp(dir.path, env);
  await up.line('local:');
  up.signal('SIGKILL');
  await up.ended;
  // Disposing waits until all have gone.
});
