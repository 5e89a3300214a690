// `syncline region` against a real leader, a follower of it, and a feed whose 40 regions stand still.

import { type Service, startService } from '@syncline/testkit/service.ts';
import { until } from '@syncline/testkit/wait.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { syncline } from './syncline.ts';

const running = new AsyncDisposableStack();
let leader: Service;
let follower: Service;

beforeAll(async () => {
  const env = { SYNCLINE_REGION_SYNCER_NAME: 'leader' };
  leader = running.use(await startService({ service: 'region-syncer', env }));
  const feed = {
    SYNCLINE_REGION_FEED_PD: leader.address,
    SYNCLINE_REGION_FEED_REGIONS: '40',
    SYNCLINE_REGION_FEED_RATE: '0',
    SYNCLINE_REGION_FEED_KEY_BYTES: '8',
  };
  running.use(await startService({ service: 'region-feed', env: feed }));
  const following = {
    SYNCLINE_REGION_SYNCER_ROLE: 'follower',
    SYNCLINE_REGION_SYNCER_LEADER: leader.address,
    SYNCLINE_REGION_SYNCER_NAME: 'f1',
  };
  follower = running.use(await startService({ service: 'region-syncer', env: following }));
  expect((await region(follower, 'watch', '--until', 'ready', '--every', '100ms')).code).toBe(0);
  await until(async () => json((await region(follower, 'status', '--json')).out)[0]?.['regions'], {
    deadlineMs: 10_000,
    describe: 'the regions at the follower',
    accept: (regions) => regions === 40,
  });
});

afterAll(() => running.disposeAsync());

const region = (member: Service, ...args: string[]) => syncline(['region', ...args, '-a', member.address]);
const json = (out: string) =>
  out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

test('status and lag show where each copy is, in tables or JSON', async () => {
  const { out } = await region(leader, 'status');
  expect(out).toMatch(/^member +leader \(\d+\), leader of \d+$/m);
  expect(out).toMatch(/^state +serving, ready$/m);
  expect(out).toMatch(/^f1 +127\.0\.0\.1:\d+ +syncline +live /m);
  expect((await region(follower, 'status')).out).toMatch(
    new RegExp(`^leader +${leader.address} \\(a Syncline\\)`, 'm'),
  );
  const [facts] = json((await region(follower, 'status', '--json')).out);
  expect(facts).toMatchObject({ role: 'follower', phase: 'live', ready: true, regions: 40, term: 1 });
  const lag = json((await region(leader, 'lag', '--json')).out);
  expect(lag).toMatchObject([{ role: 'leader', followers: [{ name: 'f1', lag_records: 0, lag_ms: 0 }] }]);
});

test('scan and get read the same regions from the leader and from the follower', async () => {
  const args = ['scan', '--limit', '0', '--json'];
  const [ofLeader, ofFollower] = await Promise.all([region(leader, ...args), region(follower, ...args)]);
  expect(ofFollower).toEqual(ofLeader);
  const regions = json(ofLeader.out);
  expect(regions).toHaveLength(40);
  const [first, second] = regions;
  expect(first).toMatchObject({ start_key: '0x', end_key: second?.['start_key'] });
  const key = String(second?.['start_key']);
  expect(json((await region(follower, 'get', key, '--json')).out)).toEqual([second]);
  expect(json((await region(follower, 'get', key, '--before', '--json')).out)).toEqual([first]);
  expect((await region(follower, 'get', '--id', String(first?.['id']))).out).toMatch(
    /^REGION +START +END +VERSION +CONF +LEADER +PEERS\n\d+ +"" /,
  );
  expect((await region(follower, 'scan', '--limit', '2')).out).toMatch(
    /^-- 2 regions; perhaps more: --start '.+' --$/m,
  );
});

test('digest finds two copies the same, and reset lets a follower take all anew', async () => {
  const same = await region(leader, 'digest', '-a', follower.address);
  expect(same).toMatchObject({ code: 0, err: '' });
  expect(same.out.match(/ 40 +[0-9a-f]{16} +none$/gm)).toHaveLength(2);
  expect((await region(follower, 'reset', '--reason', 'a test')).out).toMatch(/^forgot index 1:\d+\n$/);
  await until(async () => (await region(follower, 'status')).out, {
    deadlineMs: 10_000,
    describe: 'a second snapshot',
    accept: (out) => /^joins .* 2 by snapshot /m.test(out) && /^state +live, ready$/m.test(out),
  });
  expect((await region(leader, 'digest', '-a', follower.address)).code).toBe(0);
});

test('what the other role answers is refused in one line, and wrong usage is 2', async () => {
  const refused = await region(leader, 'reset');
  expect(refused).toMatchObject({ code: 1, out: '' });
  expect(refused.err).toMatch(/^error: FAILED_PRECONDITION: [^\n]+\n$/);
  expect((await region(follower, 'get', '17383')).err).toMatch(/^-- 17383 is read as a key; --id 17383 is /);
  const absent = await region(follower, 'get', '--id', '7');
  expect(absent).toMatchObject({ code: 1, out: '' });
  expect(absent.err).toMatch(/^error: [^\n]+\n$/);
  for (const args of [['get'], ['get', '0xf'], ['scan', '--limit', 'all'], ['watch', '--until', 'noon']]) {
    expect((await region(follower, ...args)).code).toBe(2);
  }
});

test('snapshot lets the leader send a follower all regions, and drain lets it take nothing more', async () => {
  const unknown = await region(leader, 'snapshot', 'nobody');
  expect(unknown).toMatchObject({ code: 1, out: '' });
  expect(unknown.err).toMatch(/^error: NOT_FOUND: [^\n]*nobody[^\n]*\n$/);
  const snapshots = async () => {
    const { joins, ready } = json((await region(follower, 'status', '--json')).out)[0] ?? {};
    return ready === true ? (joins as { readonly snapshot: number }).snapshot : 0;
  };
  const before = await snapshots();
  expect(await region(leader, 'snapshot', 'f1')).toEqual({
    code: 0,
    out: 'f1 is sent all regions next\n',
    err: '',
  });
  await until(snapshots, {
    deadlineMs: 10_000,
    describe: 'another snapshot',
    accept: (count) => count === before + 1,
  });

  expect((await region(follower, 'drain')).err).toMatch(/^error: FAILED_PRECONDITION: [^\n]+\n$/);
  const [drained] = json((await region(leader, 'drain', '--json')).out);
  expect(drained).toMatchObject({ streams: 1 });
  expect(drained?.['durable_index']).toBeGreaterThan(0);
  expect((await region(leader, 'drain')).out).toMatch(
    /^everything before index 1:\d+ is durable; streams ended: 1\n$/,
  );
  expect((await region(leader, 'status')).out).toMatch(/^state +draining, not ready: /m);
});
