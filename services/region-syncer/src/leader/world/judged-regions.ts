// What an intake has to make of each heartbeat by PD's rules, in the plainest form there is, and the regions that a leader
// then has (region-syncer.md 1.1, 1.2). Invariant: the regions of the real tree are these, and do not overlap.

import { SyncRegionResponse } from '@syncline/proto/pdpb.ts';
import { expect } from 'vitest';
import type { RegionTree } from '../../regions/region-tree.ts';
import { blocksOf, type ModelRegion, RegionModel } from '../../regions/regions.fixture.ts';
import type { Said } from './heartbeats.ts';

/** What becomes of a heartbeat; see IntakeCounts. */
export type Fate = 'recorded' | 'repeated' | 'stale';

/** Bytes written are told apart in units of so many. */
const flowUnit = 1_000;

export class JudgedRegions {
  readonly #model = new RegionModel();
  /** By the position that each record led to. */
  readonly #at: Map<number, readonly ModelRegion[]> = new Map([[0, []]]);

  /** What is to become of a heartbeat now. */
  judge(said: Said): Fate {
    const region = modelOf(said);
    if (!this.#model.accepts(region, said.term ?? 0)) return 'stale';
    const known = this.#model.regions.find(({ id }) => id === region.id);
    return known === undefined || shownModel(known) !== shownModel(region) ? 'recorded' : 'repeated';
  }

  /** It has become a record, which led to the position `next`. */
  record(said: Said, next: number): void {
    this.#model.put(modelOf(said), said.term ?? 0);
    this.#at.set(next, this.#model.regions);
  }

  /** A process begins with what was kept up to `position`; raft terms are not. */
  goBackTo(position: number): void {
    for (const at of this.#at.keys()) if (at > position) this.#at.delete(at);
    this.#model.regions = [...(this.#at.get(Math.max(...this.#at.keys())) ?? [])];
    this.#model.terms.clear();
  }

  /** These are the regions of `tree`. */
  expectSame(tree: RegionTree): void {
    expect(blocksOf(tree).map(shownBlock)).toEqual(this.#model.regions.map(shownModel));
  }

  /** These are the regions that were told last, whatever came before. */
  expectAll(told: readonly Said[]): void {
    expect(this.#model.regions.map(shownModel)).toEqual(told.map((said) => shownModel(modelOf(said))));
  }
}

function modelOf({ id, start = '', end = '', confVer = 1, version = 1, leader = id, written = 0 }: Said) {
  return {
    id: BigInt(id),
    start: Buffer.from(start),
    end: Buffer.from(end),
    confVer: BigInt(confVer),
    version: BigInt(version),
    leader: BigInt(leader),
    load: BigInt(Math.round(written / flowUnit)),
  };
}

function shownModel({ id, start, end, confVer, version, leader, load }: ModelRegion): string {
  return `${id} [${start.toString()},${end.toString()}) ${version}/${confVer} led by ${leader}, ${load} kB`;
}

/** Reads a block as any decoder of the message does that it is a part of. */
function shownBlock(block: Uint8Array): string {
  const { regions, regionStats, regionLeaders } = SyncRegionResponse.decode(block);
  const [region] = regions;
  if (region?.regionEpoch === undefined) throw new Error('a block has a region with an epoch');
  const { id, startKey, endKey, regionEpoch } = region;
  return shownModel({
    ...regionEpoch,
    id,
    start: Buffer.from(startKey),
    end: Buffer.from(endKey),
    leader: regionLeaders[0]?.id ?? 0n,
    load: BigInt(Math.round(Number(regionStats[0]?.bytesWritten ?? 0n) / flowUnit)),
  });
}
