import { seededRng } from '@syncline/runtime/rng.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keySpaceEnd } from './key-space.ts';
import { arbitraryLife } from './life.arbitrary.ts';
import { Life } from './life.ts';
import type { Mix } from './mix.ts';
import { type Region, storesOf } from './region.ts';
import { Walk } from './walk.ts';
import { World } from './world.ts';

const floor = { regionId: 0, peerId: 0, version: 1, confVer: 1 };
const evenly: Mix = { repeat: 1, flow: 1, leader: 1, peer: 1, split: 1, merge: 1 };
const never: Mix = { repeat: 0, flow: 0, leader: 0, peer: 0, split: 0, merge: 0 };

function everyRegion(world: World): Region[] {
  const walk = new Walk(world);
  const regions: Region[] = [];
  for (let region = walk.next(); region !== undefined; region = walk.next()) regions.push(region);
  return regions;
}

test('the regions cover the key space without an overlap, whatever happens', () => {
  fc.assert(
    fc.property(arbitraryLife, fc.nat({ max: 200 }), ({ world, life }, steps) => {
      for (let step = 0; step < steps; step++) life.step();
      let border = 0;
      for (const region of everyRegion(world)) {
        expect(region.start).toBe(border);
        expect(region.end).toBeGreaterThan(region.start);
        border = region.end;
      }
      expect(border).toBe(keySpaceEnd);
    }),
  );
});

test('peers are on different stores, and the stores know how many they have', () => {
  fc.assert(
    fc.property(arbitraryLife, fc.nat({ max: 200 }), ({ world, life }, steps) => {
      for (let step = 0; step < steps; step++) life.step();
      const peers = new Map<number, number>();
      const ids = new Set<number>();
      const regions = everyRegion(world);
      for (const region of regions) {
        expect(new Set(storesOf(region)).size).toBe(region.peers.length);
        expect(region.peers).toContain(region.leader);
        for (const { id, store } of region.peers) {
          ids.add(id);
          peers.set(store, (peers.get(store) ?? 0) + 1);
        }
      }
      expect(regions).toHaveLength(world.size);
      expect(ids.size).toBe(regions.reduce((sum, { peers: its }) => sum + its.length, 0));
      for (let store = 1; store <= world.stores; store++) {
        expect(world.peersOn(store)).toBe(peers.get(store) ?? 0);
      }
    }),
  );
});

// What a PD has stored, and its rule for taking a heartbeat: no overlapped region of a higher version, and nothing
// that falls back behind the region's own last word.
class Believer {
  readonly #regions = new Map<number, Said>();

  takes(said: Said): boolean {
    const overlapped = [...this.#regions.values()].filter(
      ({ start, end }) => start < said.end && said.start < end,
    );
    const own = this.#regions.get(said.id);
    if (overlapped.some(({ version }) => said.version < version)) return false;
    if (own !== undefined) {
      if (said.term < own.term || said.version < own.version || said.confVer < own.confVer) return false;
    }
    for (const { id } of overlapped) this.#regions.delete(id);
    this.#regions.set(said.id, said);
    return true;
  }

  get ranges(): string[] {
    return [...this.#regions.values()].map(said).sort();
  }
}

type Said = Pick<Region, 'id' | 'start' | 'end' | 'version' | 'confVer' | 'term'>;

function said({ id, start, end, version, confVer, term }: Said): string {
  return `${id} [${start}, ${end}) ${version}.${confVer} term ${term}`;
}

test('a PD that hears of every step takes all of it and ends with the same regions', () => {
  fc.assert(
    fc.property(arbitraryLife, fc.nat({ max: 200 }), ({ world, life }, steps) => {
      const pd = new Believer();
      pd.takes({ id: 1, start: 0, end: keySpaceEnd, version: 1, confVer: 1, term: 0 });
      for (const region of everyRegion(world)) expect(pd.takes({ ...region })).toBe(true);
      for (let step = 0; step < steps; step++) {
        for (const region of life.step().regions) expect(pd.takes({ ...region })).toBe(true);
      }
      expect(pd.ranges).toEqual(everyRegion(world).map(said).sort());
    }),
  );
});

test('a world above the floor of another replaces it', () => {
  fc.assert(
    fc.property(arbitraryLife, fc.nat({ max: 100 }), ({ world, life }, steps) => {
      const pd = new Believer();
      for (let step = 0; step < steps; step++) life.step();
      const before = everyRegion(world);
      for (const region of before) pd.takes({ ...region });
      const highest = (of: (region: Region) => number) => Math.max(...before.map(of));
      const risen = {
        regionId: highest(({ id }) => id),
        peerId: 0,
        version: highest(({ version }) => version),
        confVer: highest(({ confVer }) => confVer),
      };
      const genesis = { regions: 7, stores: 1, replicas: 1, floor: risen };
      const after = everyRegion(World.make(genesis, seededRng(1)));
      for (const region of after) expect(pd.takes({ ...region })).toBe(true);
      expect(pd.ranges).toEqual(after.map(said).sort());
    }),
  );
});

test('each operation raises what TiKV raises, and nothing else', () => {
  fc.assert(
    fc.property(arbitraryLife, fc.nat({ max: 100 }), ({ world, life }, steps) => {
      for (let step = 0; step < steps; step++) {
        const before = new Map(everyRegion(world).map((region) => [region.id, { ...region }]));
        const { operation, regions } = life.step();
        const rises = regions.map((region) => {
          const was = before.get(region.id) ?? region;
          return [region.version - was.version, region.confVer - was.confVer, region.term - was.term];
        });
        switch (operation) {
          case 'repeat':
          case 'flow':
            expect(rises).toEqual([[0, 0, 0]]);
            break;
          case 'leader':
            expect(rises).toEqual([[0, 0, 1]]);
            break;
          case 'peer':
            expect(rises).toEqual([[0, 2, 0]]);
            break;
          case 'split':
            expect(rises[0]).toEqual([1, 0, 0]);
            expect(regions[1]?.version).toBe(regions[0]?.version);
            expect(before.has(regions[1]?.id ?? 0)).toBe(false);
            break;
          case 'merge': {
            const living = new Set(everyRegion(world).map(({ id }) => id));
            const merged = [...before.values()].filter(({ id }) => !living.has(id) || id === regions[0]?.id);
            expect(merged).toHaveLength(2);
            expect(regions[0]?.version).toBe(1 + Math.max(...merged.map(({ version }) => version)));
            expect(rises[0]?.slice(1)).toEqual([0, 0]);
          }
        }
      }
    }),
  );
});

test('the number of regions stays about where it began', () => {
  const rng = seededRng(7);
  const world = World.make({ regions: 100, stores: 3, replicas: 3, floor }, rng);
  const splitting = new Life(world, { ...never, split: 1 }, rng);
  for (let step = 0; step < 1_000; step++) splitting.step();
  expect(world.size).toBeGreaterThanOrEqual(100);
  expect(world.size).toBeLessThanOrEqual(111);
});

test('repeats go through all regions before they come to one again', () => {
  const rng = seededRng(7);
  const world = World.make({ regions: 50, stores: 3, replicas: 3, floor }, rng);
  const life = new Life(world, { ...never, repeat: 1 }, rng);
  for (let round = 0; round < 2; round++) {
    const told = Array.from({ length: 50 }, () => life.step().regions[0]?.id);
    expect(new Set(told).size).toBe(50);
  }
});

test('the same seed gives the same life', () => {
  const lived = () => {
    const rng = seededRng(42);
    const world = World.make({ regions: 20, stores: 5, replicas: 3, floor }, rng);
    const life = new Life(world, evenly, rng);
    return Array.from({ length: 500 }, () => life.step().regions.map(said));
  };
  expect(lived()).toEqual(lived());
});

test('a peer moves to a store that has none while there is one', () => {
  const rng = seededRng(3);
  const world = World.make({ regions: 5, stores: 4, replicas: 3, floor }, rng);
  const life = new Life(world, { ...never, peer: 1 }, rng);
  for (let step = 0; step < 50; step++) {
    const before = new Map(everyRegion(world).map((region) => [region.id, storesOf(region)]));
    const [region] = life.step().regions;
    if (region === undefined) throw new Error('a step without a region');
    const joined = storesOf(region).filter((store) => !before.get(region.id)?.includes(store));
    expect(joined).toHaveLength(1);
  }
});
