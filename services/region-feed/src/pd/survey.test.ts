import { RegionHeartbeatRequest } from '@syncline/proto/pdpb.ts';
import { seededRng } from '@syncline/runtime/rng.ts';
import { expect, test } from 'vitest';
import { HeartbeatEncoder } from '../wire/heartbeat-encoder.ts';
import { bootstrapRegion } from '../world/floor.ts';
import { Life } from '../world/life.ts';
import type { Region } from '../world/region.ts';
import { Walk } from '../world/walk.ts';
import { World } from '../world/world.ts';
import { PdLine } from './pd-line.ts';
import { ScriptedPd } from './scripted-pd.fixture.ts';
import { survey } from './survey.ts';

const forEver = new AbortController().signal;

test('a cluster that knows nothing has the floor of one that was bootstrapped', async () => {
  await using pd = await ScriptedPd.start();
  using line = new PdLine(pd.address, 5_000, forEver);
  await line.members();
  expect(await survey(line)).toEqual(bootstrapRegion);
});

test.each([1, 7, 100, 1_000])('the floor is above all regions, read by pages of %d', async (page) => {
  await using pd = await ScriptedPd.start();
  using line = new PdLine(pd.address, 5_000, forEver);
  await line.members();
  const regions = livedRegions();
  const encoder = new HeartbeatEncoder(pd.clusterId, 16);
  for (const region of regions) pd.book.take(RegionHeartbeatRequest.decode(encoder.encode(region, 0n)));
  const highest = (of: (region: Region) => number) => Math.max(...regions.map(of));
  expect(await survey(line, page)).toEqual({
    regionId: highest(({ id }) => id),
    peerId: highest(({ peers }) => Math.max(...peers.map(({ id }) => id))),
    version: highest(({ version }) => version),
    confVer: highest(({ confVer }) => confVer),
  });
});

function livedRegions(): Region[] {
  const rng = seededRng(5);
  const world = World.make({ regions: 50, stores: 3, replicas: 3, floor: bootstrapRegion }, rng);
  const life = new Life(world, { repeat: 0, flow: 0, leader: 1, peer: 1, split: 1, merge: 1 }, rng);
  for (let step = 0; step < 500; step++) life.step();
  const walk = new Walk(world);
  const regions: Region[] = [];
  for (let region = walk.next(); region !== undefined; region = walk.next()) regions.push(region);
  return regions;
}
