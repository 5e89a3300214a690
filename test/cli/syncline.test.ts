// The `syncline` command against real services: what people see, what programs read, and how it fails.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { DatastoreUnderTest } from '../datastore-under-test.ts';
import { DeviceUnderTest } from '../device/device-under-test.ts';
import { runningSyncline, syncline } from './syncline.ts';

const leaf = '/interfaces/interface[name=eth0]/state/mtu';
const name = '/system/config/hostname';

let device: DeviceUnderTest;
let datastore: DatastoreUnderTest;

beforeAll(async () => {
  device = await DeviceUnderTest.start();
  datastore = await DatastoreUnderTest.start();
  await device.apply({ [leaf]: 1500, [name]: 'r1' });
  expect(await ds('create', 'r1', '--target', device.service.address, '--encoding', 'proto')).toEqual({
    code: 0,
    out: 'created r1\n',
    err: '',
  });
  expect((await ds('watch', 'r1', '--until', 'synced', '--every', '100ms')).code).toBe(0);
});

afterAll(async () => {
  await datastore[Symbol.asyncDispose]();
  await device[Symbol.asyncDispose]();
});

const onDatastore = (...args: string[]) => syncline(args, { SYNCLINE_ADDRESS: datastore.service.address });
const ds = (...args: string[]) => onDatastore('ds', ...args);
const onDevice = (...args: string[]) => syncline(['device', ...args, '--address', device.service.address]);
const json = (out: string) =>
  out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

test('ds list and ds status show tables, or JSON', async () => {
  const list = await ds('list');
  expect(list.out.split('\n')[0]).toMatch(/^NAME +DEVICE +STATUS +DETAIL$/);
  expect(list.out).toMatch(new RegExp(`^r1 +${device.service.address} +connected`, 'm'));
  expect(json((await ds('list', '--json')).out)).toEqual([
    { name: 'r1', device: device.service.address, device_status: 'connected', detail: '' },
  ]);
  const status = await ds('status', 'r1');
  expect(status.out).toMatch(/^state +synced$/m);
  expect(status.out).toMatch(/^default +synced +\d+ /m);
  const [facts] = json((await ds('status', 'r1', '--json')).out);
  expect(facts).toMatchObject({ datastore: 'r1', synced: true, leaves: 2, degraded: '' });
});

test('get prints paths and values; JSON keeps every digit', async () => {
  const most = '18446744073709551615';
  await device.control.apply({
    notification: {
      update: [
        { path: { elem: [{ name: 'most' }] }, val: { value: { $case: 'uintVal', value: BigInt(most) } } },
      ],
    },
  });
  await datastore.becomes('the leaf', ({ leaves }) => leaves === 3n);
  const table = await onDatastore('get', leaf, '/most');
  expect(table.out).toContain(`${leaf}  1500`);
  expect(table.out).toMatch(new RegExp(`^/most +${most}$`, 'm'));
  const asJson = await onDatastore('get', '/most', '--json', '-t', 'r1');
  expect(asJson.out).toContain(`"value":${most}`);
  expect(json(asJson.out)).toMatchObject([{ target: 'r1', path: '/most' }]);
});

test('subscribe once, polling and streaming', async () => {
  const once = await onDatastore('subscribe', '/system', '--mode', 'once', '--json');
  expect(json(once.out)).toMatchObject([{ path: name, value: 'r1' }, { sync: true }]);

  const stream = runningSyncline(['sub', '/system'], { SYNCLINE_ADDRESS: datastore.service.address });
  await stream.untilOut('-- in sync --');
  await device.apply({ [name]: 'r1-new' });
  await stream.untilOut(`${name}  r1-new`);
  await device.apply({}, name);
  await stream.untilOut(`${name}  deleted`);
  stream.child.kill('SIGINT');
  expect((await stream.ran).code).toBe(130);

  const polling = runningSyncline(['sub', '/interfaces', '--mode', 'poll', '--every', '50ms'], {
    SYNCLINE_ADDRESS: datastore.service.address,
  });
  await polling.untilOut('-- in sync --\n');
  await polling.untilOut('1500\n-- in sync --\n');
  polling.child.kill('SIGINT');
  await polling.ran;
});

test('pause, resume, resync and delete', async () => {
  expect(
    (await ds('create', 'r2', '-t', device.service.address, '--path', '/system', '--path', '/interfaces'))
      .code,
  ).toBe(0);
  expect((await ds('watch', 'r2', '--until', 'synced')).code).toBe(0);
  const again = ['create', 'r2', '--target', device.service.address];
  expect((await ds(...again)).err).toMatch(/^error: ALREADY_EXISTS: /);
  expect((await ds(...again, '--keep')).out).toBe('kept r2\n');
  expect((await ds('pause', 'r2')).out).toBe('paused r2\n');
  expect((await ds('status', 'r2')).out).toMatch(/^state +paused$/m);
  expect((await ds('resume', 'r2')).out).toBe('resumed r2\n');
  const watched = await ds('watch', 'r2', '--until', 'synced');
  expect(watched).toMatchObject({ code: 0, err: '' });
  // No terminal: a line each, with the time.
  const line = /^\d{4}-\S+Z {2}(synced|(not )?connected.*|paused) {2}version \d+, \d+ leaves, \d+ received$/;
  for (const shown of watched.out.trimEnd().split('\n')) expect(shown).toMatch(line);
  expect((await ds('resync', 'r2')).out).toMatch(/^default +\d+$/m);
  expect((await ds('delete', 'r2')).out).toBe('deleted r2\n');
  expect(await ds('status', 'r2')).toEqual({
    code: 1,
    out: '',
    err: 'error: NOT_FOUND: there is no datastore "r2"\n',
  });
});

test('the device is told what to hold and how to misbehave', async () => {
  expect((await onDevice('apply', '--set', '/a/b[k=x=y]/c=5', '--set', '/a/text=hello')).out).toMatch(
    /^\d+ leaves, told to \d+ subscribers$/m,
  );
  await datastore.becomes('the leaves', ({ leaves }) => leaves >= 2n);
  expect((await onDatastore('get', '/a')).out).toMatch(/^\/a\/b\[k=x=y\]\/c +5$/m);
  expect((await onDevice('misbehave', 'stall', 'duration=10m')).out).toBe('armed stall\n');
  expect((await onDevice('status')).out).toMatch(/^armed +stall$/m);
  expect((await onDevice('heal')).code).toBe(0);
});

test('refusals are one line and 1, wrong usage is 2', async () => {
  const absent = await onDatastore('get', '/nope', '-t', 'r1');
  expect(absent).toMatchObject({ code: 1, out: '' });
  expect(absent.err).toMatch(/^error: NOT_FOUND: [^\n]*\/nope[^\n]*\n$/);
  expect(await syncline(['ds', 'list', '-a', '127.0.0.1:1'])).toEqual({
    code: 1,
    out: '',
    err: 'error: UNAVAILABLE: no connection: connect ECONNREFUSED 127.0.0.1:1\n',
  });
  const wrong = [
    ['bogus'],
    ['ipam', '--help'],
    ['ds', 'bogus', '--help'],
    ['ds', 'list', '-a', '127.0.0.1'],
    ['get'],
    ['get', '/a[b'],
    ['ds', 'create', 'x'],
    ['subscribe', '/', '--mode', 'now'],
  ];
  for (const args of wrong) {
    const { code, err } = await syncline(args);
    expect(code).toBe(2);
    expect(err).toMatch(/^error: /);
  }
  expect((await syncline(['device', 'misbehave', 'nap'])).code).toBe(2);
});

test('--help tells of every command and option, and is no failure', async () => {
  const { code, out } = await syncline(['ds', 'create', '--help']);
  expect(code).toBe(0);
  expect(out).toContain('--target <host:port>');
  expect(out).toContain('SYNCLINE_ADDRESS');
});
