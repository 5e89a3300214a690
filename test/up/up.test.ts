import { createServer } from 'node:net';
import { DatastoreServiceDefinition } from '@syncline/proto/datastore.ts';
import { RegionServiceDefinition } from '@syncline/proto/region.ts';
import { connect } from '@syncline/rpc/connect.ts';
import { tempDir } from '@syncline/testkit/temp-dir.ts';
import { until } from '@syncline/testkit/wait.ts';
import { expect, test } from 'vitest';
import { syncline } from '../cli/syncline.ts';
import { freePort, processesOf, startUp } from './up-process.ts';

const plaintext = { security: { kind: 'plaintext' } } as const;

async function freePorts() {
  const [datastore, leader] = [await freePort(), await freePort()];
  const [follower, tap] = [await freePort(), await freePort()];
  const ports = {
    DEVICE: await freePort(),
    DATASTORE: datastore,
    REGION_LEADER: leader,
    REGION_FOLLOWER_1: follower,
    REGION_FOLLOWER_2: 0,
    REGION_FEED: 0,
    NSP: 0,
    IPAM: 0,
    PROXY: 0,
    TAP: tap,
    LOAD_BALANCER: 0,
  };
  const settings = Object.entries(ports).flatMap(([name, port]) => [
    [`SYNCLINE_${name}_PORT`, String(port)],
    [`SYNCLINE_${name}_ADMIN_PORT`, '0'],
  ]);
  return { datastore, leader, follower, tap, env: Object.fromEntries(settings) as Record<string, string> };
}

test('it says ready when all is, Ctrl-C leaves no process, and the next start goes on', async () => {
  await using dir = await tempDir('up');
  const { env, datastore, leader, follower } = await freePorts();
  {
    await using up = startUp(dir.path, env);
    expect(await up.line('ready')).toContain(`datastore 127.0.0.1:${datastore}`);
    expect(up.lines).toContain('local: created');
    const states = [
      'local: synced',
      'region-leader: serving',
      'region-follower-1: live',
      'region-follower-2: live',
      'web.edge.demo: open',
      'dns.edge.demo: open',
      'api.core.demo: open',
    ];
    for (const state of states) expect(up.lines.join('\n')).toContain(`${state}, `);
    expect(await up.line('lag:')).toMatch(/^lag: region-follower-1 \d+ records, \d+ ms at 1:\d+; /);
    const members = ['-a', `127.0.0.1:${leader}`, '-a', `127.0.0.1:${follower}`];
    expect(await syncline(['region', 'digest', ...members])).toMatchObject({ code: 0, err: '' });
    expect(await processesOf(dir.path)).toHaveLength(12);
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
  using connection = connect(`127.0.0.1:${datastore}`, plaintext);
  const { status } = await connection.client(DatastoreServiceDefinition).status({ datastore: 'local' });
  // The version counts on from the start before.
  expect(status?.runningVersion).toBeGreaterThan(1n);
  using member = connect(`127.0.0.1:${follower}`, plaintext);
  const copy = (await member.client(RegionServiceDefinition).status({})).status;
  expect(copy).toMatchObject({ term: 2n, ready: true, name: 'region-follower-1' });
  expect(copy?.link?.leaderAddress).toBe(`127.0.0.1:${leader}`);
  // It had what the leader had, and was sent the rest.
  expect(copy?.joins?.snapshot).toBe(0n);
});

test('a port that is taken is named with the setting that moves it', async () => {
  await using dir = await tempDir('up');
  const { env, follower } = await freePorts();
  const squatter = createServer().listen(follower, '127.0.0.1');
  await using up = startUp(dir.path, env);
  expect(await up.ended).toEqual({ code: 1, signal: null });
  squatter.close();
  expect(up.lines).toContain(
    `error: region-follower-1: 127.0.0.1:${follower} is taken by another process; ` +
      'set SYNCLINE_REGION_FOLLOWER_1_PORT to another port (0 picks a free one). Is `make up` running already?',
  );
  expect(await processesOf(dir.path)).toEqual([]);
});

test('a second one on the same data says at once that one is running, starts nothing, and leaves that one alone', async () => {
  await using dir = await tempDir('up');
  const { env } = await freePorts();
  await using up = startUp(dir.path, env);
  await up.line('starting');
  const second = startUp(dir.path, env);
  expect(await second.ended).toEqual({ code: 1, signal: null });
  expect(second.lines).toEqual([
    `error: \`make up\` is running already, as process ${up.pid}, with its data in ${dir.path}; stop it, or set ` +
      'SYNCLINE_DATA to another place',
  ]);
  await up.line('ready');
  up.signal('SIGKILL');
  await up.ended;
  await until(() => processesOf(dir.path), {
    describe: 'the end of its services',
    deadlineMs: 20_000,
    accept: (pids) => pids.length === 0,
  });
  await using third = startUp(dir.path, env);
  await third.line('ready');
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
  for (const pid of await processesOf(dir.path, 'region-follower-2')) process.kill(Number(pid), 'SIGKILL');
  expect(await up.ended).toEqual({ code: 1, signal: null });
  // What follows from it is not told.
  expect(up.lines.slice(-2)).toEqual(['error: region-follower-2: ended with SIGKILL', 'stopped']);
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
