// The regions of a layout as they change, the way those of pd-leader do: what stores know, and tell in heartbeats.
// Invariant: they cover the whole key space, in the order of their keys.

import type { Region as Metadata } from '@syncline/proto/metapb.ts';
import { digestOf } from '../region-digest.ts';
import { type LaidRegion, type RegionLayout, regionsOf } from '../region-layout.ts';

/** How a region changes: a split gives its left part a new id, as TiKV does, and a merge takes the right neighbour in. */
export type RegionChange = 'leader' | 'epoch' | 'split' | 'merge';

export class ChangingRegions {
  readonly #regions: LaidRegion[];
  #cursor = 0;
  #nextId: bigint;

  constructor(layout: RegionLayout) {
    this.#regions = [...regionsOf(layout)];
    this.#nextId = layout.firstId + 4n * BigInt(layout.count);
  }

  /** All of them, in the order of their keys. */
  get all(): readonly LaidRegion[] {
    return this.#regions;
  }

  digest(): string {
    return digestOf(this.#regions);
  }

  /** Changes `count` regions, in turns that meet them all; gives what stores report then, in that order. */
  change(count: number, kind: RegionChange): LaidRegion[] {
    return Array.from({ length: count }, () => this.#changeNext(kind)).flat();
  }

  #changeNext(kind: RegionChange): readonly LaidRegion[] {
    const at = this.#nextThatCan(kind);
    switch (kind) {
      case 'leader':
        return this.#replace(at, 1, [withNextLeader(this.#at(at))]);
      case 'epoch':
        return this.#replace(at, 1, [revised(this.#at(at), {})]);
      case 'split':
        return this.#replace(at, 1, this.#halves(this.#at(at)));
      case 'merge':
        return this.#replace(at, 2, [merged(this.#at(at), this.#at(at + 1))]);
    }
  }

  #nextThatCan(kind: RegionChange): number {
    for (let tries = this.#regions.length; tries > 0; tries--) {
      if (this.#cursor >= this.#regions.length) this.#cursor = 0;
      const { region } = this.#at(this.#cursor);
      const isLast = this.#cursor === this.#regions.length - 1;
      if (kind === 'merge' ? !isLast : kind !== 'split' || !middleOf(region).equals(region.endKey))
        return this.#cursor;
      this.#cursor += 1;
    }
    throw new RangeError(`no region is left for the change ${kind}`);
  }

  #at(index: number): LaidRegion {
    const region = this.#regions[index];
    if (region === undefined)
      throw new RangeError(`there are ${this.#regions.length} regions, none at ${index}`);
    return region;
  }

  /** Those that were made have had their turn. */
  #replace(at: number, gone: number, made: readonly LaidRegion[]): readonly LaidRegion[] {
    this.#regions.splice(at, gone, ...made);
    this.#cursor = at + made.length;
    return made;
  }

  #halves(held: LaidRegion): readonly LaidRegion[] {
    const id = this.#nextId;
    const peers = held.region.peers.map((peer, p) => ({ ...peer, id: id + 1n + BigInt(p) }));
    this.#nextId += 1n + BigInt(peers.length);
    const middle = middleOf(held.region);
    const left = revised(held, { id, endKey: middle, peers });
    return [{ ...left, leader: peers[0] ?? left.leader }, revised(held, { startKey: middle })];
  }
}

/** Inside the region, since no key of a layout continues another; its end, when it is the left part of a split. */
function middleOf({ startKey }: Metadata): Buffer {
  return Buffer.concat([startKey, Buffer.of(0x80)]);
}

/** With the version raised by one, unless another is among the changes. */
function revised(held: LaidRegion, changes: Partial<Metadata>): LaidRegion {
  const regionEpoch = { confVer: held.region.regionEpoch?.confVer ?? 0n, version: versionOf(held) + 1n };
  return { ...held, region: { ...held.region, regionEpoch, ...changes } };
}

function merged(held: LaidRegion, right: LaidRegion): LaidRegion {
  const newer = versionOf(held) > versionOf(right) ? held : right;
  return revised(held, {
    endKey: right.region.endKey,
    regionEpoch: { confVer: held.region.regionEpoch?.confVer ?? 0n, version: versionOf(newer) + 1n },
  });
}

function withNextLeader(held: LaidRegion): LaidRegion {
  const { peers } = held.region;
  const at = peers.findIndex(({ id }) => id === held.leader.id);
  return { ...held, leader: peers[(at + 1) % peers.length] ?? held.leader };
}

const versionOf = ({ region }: LaidRegion): bigint => region.regionEpoch?.version ?? 0n;
