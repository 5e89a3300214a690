import { MonitorScopeSelector } from '@syncline/proto/connection.ts';
import { VirtualClock } from '@syncline/testkit/virtual-clock.ts';
import { expect, test } from 'vitest';
import type { Connection } from '../connection/connection.ts';
import { zeroCounts } from '../counts.ts';
import { Faults } from '../fault/faults.ts';
import { change, connectionOf } from '../world/connection.fixture.ts';
import { idOf, serviceOf } from '../world/request.fixture.ts';
import type { ConnectionChange, MonitorEvent } from './event.ts';
import { Monitor } from './monitor.ts';

/** A monitor of two conduits, and a state that changes with what it is told to publish. */
function monitored({ watchers = 10, backlog = 10 } = {}) {
  const present = new Map<string, Connection>();
  const faults = new Faults(new VirtualClock());
  const counts = zeroCounts();
  const monitor = new Monitor({
    connections: () => present.values(),
    conduits: new Map(['edge', 'core'].map((conduit) => [serviceOf(conduit), conduit])),
    faults,
    counts,
    watchers,
    backlog,
  });
  const publish = (each: ConnectionChange) => {
    const { id } = each.connection;
    if (each.kind === 'update') present.set(id, each.connection);
    else present.delete(id);
    monitor.publish(each);
  };
  return { present, faults, counts, monitor, publish };
}

const everything = MonitorScopeSelector.create();
const of = (target: string, conduit = 'edge') =>
  MonitorScopeSelector.fromPartial({ pathSegments: [{ id: idOf(target, conduit) }] });

function watch(monitor: Monitor, selector = everything) {
  const leave = new AbortController();
  const events = monitor.watch(selector, leave.signal);
  const next = async () => (await events.next()).value as MonitorEvent;
  return { next, leave };
}

/** Whether the watcher has nothing to read. */
async function isSilent(next: Promise<MonitorEvent>): Promise<boolean> {
  const silent = new Promise<'silent'>((resolve) => setImmediate(() => resolve('silent')));
  return (await Promise.race([next, silent])) === 'silent';
}

const initial = (...connections: Connection[]): MonitorEvent => ({ kind: 'initial', connections });

test('a watcher is told at once of all that match, even of none, and then of what changes', async () => {
  const { monitor, publish } = monitored();
  publish(change('update', 'a'));
  const one = watch(monitor, of('a'));
  const other = watch(monitor, of('b'));
  expect(await one.next()).toEqual(initial(connectionOf('a')));
  expect(await other.next()).toEqual(initial());
  publish(change('update', 'a', '20.0.0.1/32'));
  publish(change('update', 'b'));
  publish(change('delete', 'b'));
  expect(await one.next()).toEqual(change('update', 'a', '20.0.0.1/32'));
  expect(await isSilent(one.next())).toBe(true);
  expect(await other.next()).toEqual(change('delete', 'b'));
});

test('what happens while the first event is sent is told after it', async () => {
  const { monitor, publish } = monitored();
  const watcher = watch(monitor);
  const first = watcher.next();
  publish(change('update', 'a'));
  expect(await first).toEqual(initial());
  expect(await watcher.next()).toEqual(change('update', 'a'));
});

test('a slow watcher is told the newest of each connection, and of a delete before what came after it', async () => {
  const { monitor, publish, counts } = monitored();
  const watcher = watch(monitor);
  await watcher.next();
  publish(change('update', 'a'));
  publish(change('update', 'b'));
  publish(change('update', 'a', '20.0.0.1/32'));
  publish(change('delete', 'a', '20.0.0.1/32'));
  publish(change('update', 'a', '20.0.0.2/32'));
  publish(change('update', 'a', '20.0.0.3/32'));
  expect(await watcher.next()).toEqual(change('delete', 'a', '20.0.0.1/32'));
  expect(await watcher.next()).toEqual(change('update', 'a', '20.0.0.3/32'));
  expect(await watcher.next()).toEqual(change('update', 'b'));
  const last = watcher.next();
  expect(await isSilent(last)).toBe(true);
  expect(counts.events).toMatchObject({ offered: 6, conflated: 3, told: 3, dropped: 0, messages: 4 });
});

test('a change that comes while its connection is being told is told on its own', async () => {
  const { monitor, publish } = monitored();
  const watcher = watch(monitor);
  await watcher.next();
  publish(change('update', 'a'));
  const told = watcher.next();
  publish(change('delete', 'a'));
  expect(await told).toEqual(change('delete', 'a'));
  publish(change('update', 'a'));
  publish(change('delete', 'a'));
  expect(await watcher.next()).toEqual(change('delete', 'a'));
  expect(await isSilent(watcher.next())).toBe(true);
});

test('a watcher for whom too much waits is ended, and all it was not told is counted', async () => {
  const { monitor, publish, counts } = monitored({ backlog: 2 });
  const slow = watch(monitor);
  const quick = watch(monitor);
  await Promise.all([slow.next(), quick.next()]);
  for (const target of ['a', 'b', 'c']) {
    publish(change('update', target));
    expect(await quick.next()).toEqual(change('update', target));
  }
  await expect(slow.next()).rejects.toThrow(
    'the watcher is behind: changes of 2 connections wait (SYNCLINE_PROXY_WATCH_BACKLOG)',
  );
  expect(counts.events).toMatchObject({ offered: 5, abandoned: 2 });
  expect(counts.watchersEnded).toBe(1);
  expect(monitor.watchers.size).toBe(1);
});

test('a watcher that leaves is forgotten', async () => {
  const { monitor, publish, counts } = monitored();
  const watcher = watch(monitor);
  await watcher.next();
  publish(change('update', 'a'));
  watcher.leave.abort(new Error('gone'));
  await expect(watcher.next()).rejects.toThrow('gone');
  expect(monitor.watchers.size).toBe(0);
  expect(counts.events.abandoned).toBe(1);
});

test('there are only so many watchers', async () => {
  const { monitor } = monitored({ watchers: 1 });
  const first = watch(monitor);
  await first.next();
  await expect(watch(monitor).next()).rejects.toThrow(
    'no room for more watchers: SYNCLINE_PROXY_WATCHERS is 1',
  );
  first.leave.abort();
  await first.next().catch(() => {});
  expect(await watch(monitor).next()).toEqual(initial());
});

test('no_initial_event strikes watchers of its conduit alone', async () => {
  const { monitor, faults, publish } = monitored();
  faults.set({ kind: 'no_initial_event' }, 'edge');
  const struck = watch(monitor, of('a'));
  const first = struck.next();
  expect(await isSilent(first)).toBe(true);
  expect(await watch(monitor, of('a', 'core')).next()).toEqual(initial());
  expect(await watch(monitor).next()).toEqual(initial());
  publish(change('update', 'a'));
  expect(await first).toEqual(change('update', 'a'));
});

test('end_monitor ends the watchers of its conduit, those that are there and those that come', async () => {
  const { monitor, faults, publish } = monitored();
  const struck = watch(monitor, of('a'));
  const other = watch(monitor, of('a', 'core'));
  await Promise.all([struck.next(), other.next()]);
  const end = struck.next();
  faults.set({ kind: 'end_monitor' }, 'edge');
  await expect(end).rejects.toThrow('the fault end_monitor is armed');
  await expect(watch(monitor, of('a')).next()).rejects.toThrow('the fault end_monitor is armed');
  publish(change('update', 'a', undefined, 'core'));
  expect(await other.next()).toEqual(change('update', 'a', undefined, 'core'));
});

/** Of a message about one connection, the source addresses. */
function sources(event: MonitorEvent): readonly string[] | undefined {
  const told = event.kind === 'initial' ? event.connections[0] : event.connection;
  return told?.context.ipContext.srcIpAddrs;
}

test('permute_addresses: watchers are told at once and from then on in the other order, and again when it is cleared', async () => {
  const { monitor, faults, publish, present } = monitored();
  const vip = '20.0.0.1/32';
  const [straight, reverse] = [
    ['10.0.0.2/24', vip],
    [vip, '10.0.0.2/24'],
  ];
  publish(change('update', 'a', vip));
  publish(change('update', 'a', vip, 'core'));
  const [struck, other] = [watch(monitor, of('a')), watch(monitor, of('a', 'core'))];
  expect([sources(await struck.next()), sources(await other.next())]).toEqual([straight, straight]);

  faults.set({ kind: 'permute_addresses' }, 'edge');
  const told = await struck.next();
  expect([told.kind, sources(told)]).toEqual(['update', reverse]);
  expect(sources(await watch(monitor, of('a')).next())).toEqual(reverse);
  publish(change('update', 'a', vip));
  expect(sources(await struck.next())).toEqual(reverse);
  faults.set({ kind: 'permute_addresses' }, 'edge');
  faults.set({ kind: 'delay', ms: 1 }, undefined);
  const next = struck.next();
  expect(await isSilent(next)).toBe(true);
  faults.clear('edge');
  expect(sources(await next)).toEqual(straight);
  expect(await isSilent(other.next())).toBe(true);
  expect([...present.values()].map((each) => each.context.ipContext.srcIpAddrs)).toEqual([
    straight,
    straight,
  ]);
});

test('dropped, doubled and reordered events', async () => {
  const { monitor, faults, publish, counts } = monitored();
  const watcher = watch(monitor);
  await watcher.next();
  faults.set({ kind: 'drop_events' }, 'edge');
  publish(change('update', 'a'));
  publish(change('update', 'a', undefined, 'core'));
  expect(await watcher.next()).toEqual(change('update', 'a', undefined, 'core'));
  faults.clear(undefined);

  faults.set({ kind: 'duplicate_events' }, undefined);
  publish(change('update', 'b'));
  expect([await watcher.next(), await watcher.next()]).toEqual([
    change('update', 'b'),
    change('update', 'b'),
  ]);
  faults.clear(undefined);

  faults.set({ kind: 'reorder_events' }, 'edge');
  publish(change('update', 'c'));
  const next = watcher.next();
  expect(await isSilent(next)).toBe(true);
  publish(change('delete', 'c'));
  expect([await next, await watcher.next()]).toEqual([change('delete', 'c'), change('update', 'c')]);
  publish(change('update', 'd'));
  const held = watcher.next();
  expect(await isSilent(held)).toBe(true);
  faults.clear(undefined);
  expect(await held).toEqual(change('update', 'd'));
  expect(counts.events).toMatchObject({ offered: 6, told: 4, dropped: 1, conflated: 0 });
});
