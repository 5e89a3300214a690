// `syncline tap`, `nsp` and `lb` against a trench of real processes: streams from Open to where packets go.

import { join } from 'node:path';
import { until } from '@syncline/testkit/wait.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LoadBalancerUnderTest } from '../load-balancer/load-balancer-under-test.ts';
import { TapUnderTest } from '../tap/tap-under-test.ts';
import { TrenchUnderTest } from '../tap/trench-under-test.ts';
import { runningSyncline, syncline } from './syncline.ts';

const edge = { trench: 'demo', conduit: 'edge' };
const web = { ...edge, stream: 'web', vips: ['20.0.0.1/32', '2001:db8::1/128'] };
const one = { ...edge, stream: 'one', maxTargets: 1, vips: ['20.0.0.2/32'] };
const streams = [web, one];

const running = new AsyncDisposableStack();
let trench: TrenchUnderTest;
let tap: TapUnderTest;
let other: TapUnderTest;
let balancer: LoadBalancerUnderTest;

beforeAll(async () => {
  trench = running.use(await TrenchUnderTest.start('demo', streams));
  tap = running.use(await TapUnderTest.start('pod-a', trench.neighbours));
  other = running.use(await TapUnderTest.start('pod-b', trench.neighbours));
  balancer = running.use(await LoadBalancerUnderTest.start(trench.nsp.address));
});

afterAll(() => running.disposeAsync());

const onTap = (...args: string[]) => syncline(['tap', ...args, '-a', tap.service.address]);
const onNsp = (...args: string[]) => syncline(['nsp', ...args, '-a', trench.nsp.address]);
const onBalancer = (...args: string[]) => syncline(['lb', ...args, '-a', balancer.service.address]);
const json = (out: string) =>
  out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

test('open --wait ends when the stream is open, and the other commands show it', async () => {
  expect(await onTap('open', 'web.edge.demo', '--wait')).toEqual({
    code: 0,
    out: 'open web.edge.demo\n',
    err: '',
  });
  expect((await onTap('dump')).out).toMatch(/^web\.edge +open +\S+Z +\d+ of 100 +\S+\/\d+, \S+\/\d+ +-$/m);
  const [dump] = json((await onTap('dump', '--json')).out);
  expect(dump).toMatchObject({ trench: 'demo', conduits: [{ link: 'up' }], streams: [{ state: 'open' }] });
  const [target] = json((await onNsp('targets', '--json')).out);
  expect(target).toMatchObject({ stream: 'web.edge.demo', status: 'enabled' });
  expect(target?.['identifier']).toEqual(expect.any(Number));

  await balancer.hasTargets('web', [Number(target?.['identifier'])]);
  const lookup = ['lookup', 'edge.demo', '--from', '10.0.0.1:4000', '--to', '20.0.0.1:80'];
  const ips = target?.['ips'] as string[];
  expect((await onBalancer(...lookup)).out).toMatch(
    new RegExp(`^${ips.join(', ')} {2}target \\d+ of stream web, flow flow-web, slot \\d+\n$`),
  );
  const [outcome] = json((await onBalancer(...lookup, '--json')).out);
  expect(outcome).toMatchObject({ outcome: 'forwarded', ips, stream: 'web', stale_ms: 0 });
  const v6 = ['lookup', 'edge', '--trench', 'demo', '--from', 'fd00::1', '--to', '2001:db8::1'];
  expect((await onBalancer(...v6, '--protocol', 'icmp')).out).toMatch(/of stream web, /);
  expect((await onBalancer('lookup', 'edge.demo', '--from', '10.0.0.1', '--to', '20.0.0.9')).out).toBe(
    'dropped: no flow matches\n',
  );
});

test('nsp config and status show what is in force, by kind or all of it', async () => {
  const all = (await onNsp('config')).out;
  expect(all).toMatch(/^STREAM +MAX TARGETS$/m);
  expect(all).toMatch(/^one\.edge\.demo +1$/m);
  expect(all).toMatch(/^flow-web +web\.edge\.demo +1 +20\.0\.0\.1\/32, 2001:db8::1\/128 +tcp +any +any +/m);
  expect(json((await onNsp('config', 'streams', '--json')).out)).toEqual([
    { stream: 'one.edge.demo', max_targets: 1 },
    { stream: 'web.edge.demo', max_targets: 100 },
  ]);
  const { out } = await onNsp('status');
  expect(out).toMatch(/^in force +1 trench, 1 conduit, 2 streams, 2 flows, 3 vips, /m);
  expect(out).toMatch(/^targets +1 enabled, 0 disabled, /m);
  expect(out).toMatch(/^target +127\.0\.0\.1:\d+ /m);
  expect(out).not.toContain('left out');
  expect((await onNsp('config', 'pods')).code).toBe(2);
  expect((await onNsp('targets', 'one.edge.demo')).err).toBe('');
  expect(await onNsp('targets', 'nope.edge.demo')).toMatchObject({
    code: 0,
    err: '-- no such stream in the configuration --\n',
  });
  const stranger = await syncline(['region', 'status', '-a', trench.nsp.address]);
  expect(stranger.err).toBe(
    `error: UNIMPLEMENTED: ${trench.nsp.address} does not serve syncline.region.v1.RegionService; see -a\n`,
  );
});

test('open --wait says in time what the stream is instead, and why', async () => {
  await other.open(one);
  await other.shows({ one: 'OPEN' });
  const refused = await onTap('open', 'one.edge.demo', '--wait', '--timeout', '1500ms');
  expect(refused).toMatchObject({ code: 1, out: '' });
  expect(refused.err).toMatch(
    /^error: one\.edge\.demo is unavailable after 1500 ms: .*no identifier available.*\n$/,
  );
  expect((await onTap('open', 'gone.edge.demo', '--wait', '--timeout', '500ms')).err).toMatch(
    /^error: gone\.edge\.demo is undefined after 500 ms: .*; it stays asked for, until: syncline tap close gone\.edge\.demo\n$/,
  );
  expect((await onTap('close', 'gone.edge.demo', 'one', '--conduit', 'edge', '--trench', 'demo')).out).toBe(
    'closed gone.edge.demo\nclosed one.edge.demo\n',
  );
});

test('watch shows the status, then each change, and ends when it is told to', async () => {
  const watch = runningSyncline(['tap', 'watch', '--json', '-a', tap.service.address]);
  await watch.untilOut('"status":"open"');
  expect((await onTap('close', 'web.edge.demo')).code).toBe(0);
  await watch.untilOut('"status":"closed"');
  const until = runningSyncline([
    'tap',
    'watch',
    'web.edge.demo',
    '--until',
    'open',
    '-a',
    tap.service.address,
  ]);
  await until.untilOut('-- no streams --');
  expect(await onTap('open', 'web.edge.demo')).toEqual({
    code: 0,
    out: 'asked for web.edge.demo\n',
    err: expect.stringMatching(/^-- syncline tap watch web\.edge\.demo shows /) as string,
  });
  const ended = await until.ran;
  expect(ended.code).toBe(0);
  expect(ended.out).toMatch(/Z {2}web\.edge\.demo {2}open\n$/);
  watch.child.kill('SIGINT');
  expect((await watch.ran).code).toBe(130);
});

test('the unix socket of a tap is an address like any other', async () => {
  const socket = `unix:${join(tap.service.dataDir, 'tap', 'ambassador.sock')}`;
  const { code, out } = await syncline(['tap', 'watch', '--until', 'OPEN', '--address', socket]);
  expect([code, out]).toEqual([0, expect.stringMatching(/web\.edge\.demo {2}open\n$/)]);
  const absent = await syncline(['tap', 'dump', '-a', `${socket}.none`]);
  expect(absent.code).toBe(1);
  expect(absent.err).toMatch(/^error: UNAVAILABLE: [^\n]+\n$/);
});

test('lb stats shows tables and shares; --watch goes on with each change', async () => {
  const stats = await onBalancer('stats', 'web.edge.demo', '--targets');
  expect(stats.out).toMatch(
    /^web\.edge\.demo +9973 +1 of 100 +9973 to 9973 +\d+ +\S+Z \+1 -0 +9973 \(100\.0 %\) +0 \(/m,
  );
  expect(stats.out).toMatch(/^\d+ +\S+\/\d+, \S+\/\d+ +9973 +100\.00 % +\d+$/m);
  expect(stats.out).not.toMatch(/^one\./m);
  expect(stats.out).toMatch(/^NSP 127\.0\.0\.1:\d+: in step$/m);
  expect(await onBalancer('stats', 'nope.edge.demo')).toEqual({
    code: 1,
    out: '',
    err: 'error: no stream nope.edge.demo; there are: one.edge.demo, web.edge.demo\n',
  });
  const watch = runningSyncline([
    'lb',
    'stats',
    '--watch',
    '--every',
    '100ms',
    '-a',
    balancer.service.address,
  ]);
  await watch.untilOut('1 of 100');
  await other.open(web);
  await watch.untilOut('2 of 100');
  watch.child.kill('SIGTERM');
  expect((await watch.ran).code).toBe(130);
});

test('what cannot be meant is refused in one line: 2 when it was not understood, 1 when a service refuses', async () => {
  const usage: [string[], RegExp][] = [
    [
      ['tap', 'open', 'web'],
      /^error: stream "web": its conduit is missing; write stream\.conduit\.trench, [^\n]+\n$/,
    ],
    [
      ['tap', 'close', 'web.edge.demo', '--trench', 'x'],
      /^error: two names for the trench: "demo" and [^\n]+\n$/,
    ],
    [
      ['lb', 'lookup', 'web.edge.demo', '--from', 'a', '--to', 'b'],
      /^error: conduit "web\.edge\.demo": too many /,
    ],
    [['lb', 'lookup', 'edge.demo', '--from', ':80', '--to', 'b'], /expected an address/],
    [['lb', 'lookup', 'edge.demo', '--from', 'a', '--to', 'b', '--payload', '0x1'], /expected bytes in hex/],
    [['lb', 'lookup', 'edge.demo', '--from', 'a'], /--to/],
    [['nsp', 'targets', '--status', 'odd'], /Allowed choices are any, enabled, disabled/],
  ];
  for (const [args, message] of usage) {
    const ran = await syncline(args);
    expect(ran.code, args.join(' ')).toBe(2);
    expect(ran.err).toMatch(message);
  }
  expect((await onTap('open', 'web.edge.other')).err).toMatch(
    /^error: FAILED_PRECONDITION: .*another trench is already connected\n$/,
  );
  expect((await onTap('open', 'w eb.edge.demo')).err).toMatch(
    /^error: INVALID_ARGUMENT: stream name "w eb": /,
  );
  expect((await onBalancer('lookup', 'moon.demo', '--from', '10.0.0.1', '--to', '20.0.0.1')).err).toBe(
    'error: NOT_FOUND: conduit "moon" of trench "demo": the NSP knows no such conduit\n',
  );
  expect((await onBalancer('lookup', 'edge.demo', '--from', '10.0.0', '--to', '20.0.0.1')).err).toBe(
    'error: INVALID_ARGUMENT: packet.source_ip "10.0.0": not an IPv4 or IPv6 address\n',
  );
});

test('an answer that may be old is told to be', async () => {
  trench.nsp.kill('SIGKILL');
  await trench.nsp.exited;
  const lookup = ['lookup', 'edge.demo', '--from', '10.0.0.1:4000', '--to', '20.0.0.1:80'];
  const { out } = await until(() => onBalancer(...lookup), {
    deadlineMs: 10_000,
    describe: 'the age of an answer',
    accept: ({ err }) => /^-- the NSP is lost for \d+ ms; this goes by what it said last --\n$/.test(err),
  });
  expect(out).toMatch(/of stream web, /);
  const [outcome] = json((await onBalancer(...lookup, '--json')).out);
  expect(outcome?.['stale_ms']).toBeGreaterThan(0);
});
