import * as os from 'node:os';
import { printPath } from '@syncline/gnmi/path-text.ts';
import { systemClock } from '@syncline/runtime/clock.ts';
import { Liveness } from '@syncline/runtime/liveness.ts';
import { until } from '@syncline/testkit/wait.ts';
import { expect, test } from 'vitest';
import { DeviceBench } from '../subscriber.fixture.ts';
import { CpuLoad } from './cpu.ts';
import { Host } from './host.ts';
import { differences, HostSource } from './host-source.ts';
import { interfaceReadings } from './interface.ts';
import type { Reading } from './reading.ts';

const byPath = (readings: readonly Reading[]) =>
  new Map(readings.map(({ path, value }) => [printPath(path), value]));

test('this machine has a name, memory, a load and a loopback interface, wherever the test runs', async () => {
  const now = systemClock.now();
  const leaves = byPath(await new Host(now).read(now));
  expect(leaves.get('/system/state/hostname')).toBe(os.hostname());
  expect(leaves.get('/system/memory/state/physical')).toBe(BigInt(os.totalmem()));
  expect(leaves.get('/system/load-average/state/one-minute')).toBeTypeOf('number');
  expect(leaves.get('/system/cpus/cpu[index=0]/state/index')).toBe(0n);
  expect([...leaves.keys()].some((path) => path.endsWith('/address[ip=127.0.0.1]/state/prefix-length'))).toBe(
    true,
  );
});

test('the boot time stays the same from one reading to the next', async () => {
  const now = systemClock.now();
  const host = new Host(now);
  const path = '/system/state/boot-time';
  const first = byPath(await host.read(now)).get(path);
  expect(byPath(await host.read(now + 1_700_000_000n)).get(path)).toBe(first);
});

test('what a system does not know about an interface is absent', () => {
  const unknown = {
    index: undefined,
    mtu: undefined,
    mac: undefined,
    adminStatus: undefined,
    type: undefined,
  };
  const readings = interfaceReadings({
    ...unknown,
    name: 'en0',
    operStatus: 'UP',
    addresses: [{ family: 'ipv6', ip: '::1', prefixLength: undefined }],
    counters: {},
  });
  expect([...byPath(readings)]).toEqual([
    ['/interfaces/interface[name=en0]/state/name', 'en0'],
    ['/interfaces/interface[name=en0]/state/oper-status', 'UP'],
    [
      '/interfaces/interface[name=en0]/subinterfaces/subinterface[index=0]/ipv6/addresses/address[ip=::1]/state/ip',
      '::1',
    ],
  ]);
});

test('an MTU that the model cannot express is left out', () => {
  const loopback = {
    name: 'lo',
    index: 1n,
    mtu: 65_536n,
    mac: undefined,
    adminStatus: 'UP',
    operStatus: 'UNKNOWN',
  };
  const readings = interfaceReadings({ ...loopback, type: undefined, addresses: [], counters: {} });
  expect([...byPath(readings).keys()].some((path) => path.endsWith('/mtu'))).toBe(false);
});

test('CPU load is the share of the time between two readings', () => {
  const core = (user: number, idle: number) => ({
    model: '',
    speed: 0,
    times: { user, nice: 0, sys: 0, idle, irq: 0 },
  });
  const load = new CpuLoad();
  load.read([core(900, 100)]);
  const leaves = byPath(load.read([core(925, 175)]));
  expect(leaves.get('/system/cpus/cpu[index=0]/state/user/instant')).toBe(25n);
  expect(leaves.get('/system/cpus/cpu[index=0]/state/total/instant')).toBe(25n);
  expect(leaves.get('/system/cpus/cpu[index=0]/state/idle/instant')).toBe(75n);
  expect([...byPath(load.read([core(925, 175)])).keys()]).toEqual(['/system/cpus/cpu[index=0]/state/index']);
});

test('what differs between two readings is set, what is gone is deleted', () => {
  const reading = (value: bigint): Reading => ({
    path: { origin: '', target: '', elems: [{ name: 'a', keys: [] }] },
    value,
  });
  const before = new Map([
    ['/a', reading(1n)],
    ['/b', reading(1n)],
  ]);
  const after = new Map([
    ['/a', reading(2n)],
    ['/c', reading(3n)],
  ]);
  expect(differences(before, after).map(({ kind }) => kind)).toEqual(['delete', 'set', 'set']);
  expect(differences(before, before)).toEqual([]);
});

test('a tree that follows the host has its leaves, and tells of each change once', async () => {
  const bench = new DeviceBench();
  const traced = (_: string, change: (traceparent: string | undefined) => void) => change(undefined);
  const source = new HostSource(bench.device, new Host(bench.clock.now()), traced);
  const { sink } = await bench.subscribe('STREAM', [{ path: '/system/state/current-datetime' }]);
  await source.refresh();
  expect(bench.device.tree.size).toBeGreaterThan(10);
  const over = new AbortController();
  using watch = new Liveness(bench.clock).watch('host');
  const following = source.follow(1_000, watch, over.signal);
  await bench.pass(999);
  expect(sink.lines).toHaveLength(2);
  await bench.pass(1);
  await until(() => sink.lines.length === 3, { deadlineMs: 5_000, describe: 'the second reading' });
  over.abort(new Error('over'));
  await expect(following).rejects.toThrow('over');
  const datetime = (second: number) => `+/system/state/current-datetime=2026-01-01T00:00:0${second}.000Z`;
  expect(sink.take()).toEqual(['sync', datetime(0), datetime(1)]);
});
