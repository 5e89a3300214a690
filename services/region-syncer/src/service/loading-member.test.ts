import { ErrorType } from '@syncline/proto/pdpb.ts';
import { Phase, Role } from '@syncline/proto/region.ts';
import { Metadata } from 'nice-grpc-common';
import { expect, test } from 'vitest';
import { refusal } from './world/refusal.ts';
import { startLoading } from './world/service-world.ts';

test('a leader that reads its disk says how far it is, and has not started', async () => {
  await using world = await startLoading('leader');
  const { pd, region, header, loading } = world;
  const state = async () => {
    const { status } = await region.status({});
    return [status?.role, status?.phase, status?.ready, status?.notReadyReason];
  };
  expect(await state()).toEqual([Role.LEADER, Phase.LOADING, false, 'loading: the disk is being read']);
  loading.progress({ step: 'regions', done: 3, total: 10 });
  expect(await state()).toEqual([Role.LEADER, Phase.LOADING, false, 'loading: 3 of 10 regions']);
  expect(await refusal(pd.isBootstrapped({ header }))).toBe('UNAVAILABLE: server not started');
  expect(await refusal(pd.getRegion({ header }))).toBe('UNAVAILABLE: server not started');
  for (const call of [
    region.digest({}),
    region.resetFollower({}),
    region.forceSnapshot({ name: 'f' }),
    region.drain({}),
  ])
    expect(await refusal(call)).toBe('UNAVAILABLE: loading: 3 of 10 regions');
  expect(await region.lag({})).toMatchObject({ followers: [] });
  const members = await pd.getMembers({});
  expect([members.header?.clusterId, members.leader]).toEqual([header.clusterId, undefined]);

  world.finishLoading();
  expect((await state())[1]).toBe(Phase.SERVING);
  expect((await pd.isBootstrapped({ header })).bootstrapped).toBe(false);
});

test('a follower that reads its disk has nothing for anybody, not even stale', async () => {
  await using world = await startLoading('follower');
  const { pd, header, member } = world;
  const metadata = Metadata({ 'syncline-allow-stale': 'true' });
  const answer = await pd.getRegion({ header }, { metadata });
  expect(answer.header?.error?.type).toBe(ErrorType.REGION_NOT_FOUND);
  member.putPlain([3n, '', 'd']);
  world.finishLoading();
  expect((await pd.getRegion({ header }, { metadata })).region?.id).toBe(3n);
});
