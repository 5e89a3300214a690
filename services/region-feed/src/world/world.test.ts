import { seededRng } from '@syncline/runtime/rng.ts';
import { expect, test } from 'vitest';
import type { Peer } from './region.ts';
import { Walk } from './walk.ts';
import { World } from './world.ts';

const floor = { regionId: 0, peerId: 0, version: 1, confVer: 1 };

function world(regions: number): World {
  return World.make({ regions, stores: 3, replicas: 3, floor }, seededRng(1));
}

test('what cannot happen to a region is refused', () => {
  const four = world(4);
  const region = four.first;
  const follower = region.peers.find((peer) => peer !== region.leader) as Peer;
  const stranger = { id: 1, store: 1 };
  expect(() => four.split(region, region.start, 'left')).toThrow(/not inside/);
  expect(() => four.split(region, region.end, 'right')).toThrow(/not inside/);
  expect(() => four.moveLeader(region, stranger)).toThrow(/peer 1 is none of region/);
  expect(() => four.replacePeer(region, region.leader, 1)).toThrow(/no follower/);
  expect(() => four.replacePeer(region, follower, region.leader.store)).toThrow(/has a peer/);
  expect(() => four.merge(region, region.next?.next ?? region)).toThrow(/no neighbour/);
});

test('a region that was merged away is no longer a region', () => {
  const two = world(2);
  const absorbed = two.first;
  const survivor = absorbed.next ?? absorbed;
  two.merge(absorbed, survivor);
  expect(absorbed.alive).toBe(false);
  expect(two.first).toBe(survivor);
  expect(() => two.setFlow(absorbed, survivor.flow)).toThrow(/not alive/);
});

test('the part of a split that its name says is new', () => {
  const one = world(1);
  const right = one.split(one.first, 100, 'right');
  expect([one.first.end, right.start]).toEqual([100, 100]);
  const left = one.split(one.first, 50, 'left');
  expect([left.start, left.end, left.next?.end]).toEqual([0, 50, 100]);
  expect(one.first).toBe(left);
});

test('a walk goes on though the region it comes to is merged away, to either side', () => {
  const five = world(5);
  const walk = new Walk(five);
  const told = [walk.next()];
  const next = told[0]?.next;
  const afterNext = next?.next;
  if (next === undefined || afterNext === undefined) throw new Error('five regions are expected');
  five.merge(next, five.first);
  five.merge(afterNext, five.first);
  for (let region = walk.next(); region !== undefined; region = walk.next()) told.push(region);
  expect(told).toHaveLength(3);
  expect(told.every((region) => region?.alive)).toBe(true);
});
