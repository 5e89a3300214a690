// What a PD believes of regions, by its own rules, in the plainest way: for tests with a few hundred of them.

import type { Region } from '@syncline/proto/metapb.ts';
import type { RegionHeartbeatRequest } from '@syncline/proto/pdpb.ts';

interface Entry {
  readonly region: Region;
  readonly start: Buffer;
  /** Empty for the end of the key space. */
  readonly end: Buffer;
  readonly term: bigint;
  readonly leader: bigint;
}

export class RegionBook {
  /** Heartbeats that arrived. */
  heartbeats = 0;
  /** Those that were older than what was known. */
  stale = 0;
  readonly #entries = new Map<bigint, Entry>();

  /** False for a heartbeat that is older than what is known. */
  take({ region, leader, term }: RegionHeartbeatRequest): boolean {
    this.heartbeats++;
    if (region === undefined) throw new Error('a heartbeat without a region');
    const start = Buffer.from(region.startKey);
    const end = Buffer.from(region.endKey);
    const entry = { region, start, end, term, leader: leader?.id ?? 0n };
    const overlapped = [...this.#entries.values()].filter((other) => overlap(entry, other));
    const own = this.#entries.get(region.id);
    if (overlapped.some((other) => versionOf(entry) < versionOf(other)) || (own && isBehind(entry, own))) {
      this.stale++;
      return false;
    }
    for (const other of overlapped) this.#entries.delete(other.region.id);
    this.#entries.set(region.id, entry);
    return true;
  }

  /** Regions in the order of their keys, from the one that holds `startKey`. */
  scan(startKey: Uint8Array, limit: number): Region[] {
    return this.#ordered()
      .filter(({ end }) => end.length === 0 || Buffer.compare(end, startKey) > 0)
      .slice(0, limit)
      .map(({ region }) => region);
  }

  /** Each region in words, in the order of keys: equal for equal beliefs. */
  words(): string[] {
    return this.#ordered().map(({ region, start, end, leader, term }) => {
      const { id, regionEpoch, peers } = region;
      const epoch = `${regionEpoch?.version}.${regionEpoch?.confVer}`;
      const of = peers.map((peer) => `${peer.id}@${peer.storeId}`).join(' ');
      return `${id} [${start.toString('hex')}, ${end.toString('hex')}) ${epoch} ${of} led by ${leader} since ${term}`;
    });
  }

  #ordered(): Entry[] {
    return [...this.#entries.values()].sort((a, b) => Buffer.compare(a.start, b.start));
  }
}

function overlap(a: Entry, b: Entry): boolean {
  return isBelow(a.start, b.end) && isBelow(b.start, a.end);
}

function isBelow(start: Buffer, end: Buffer): boolean {
  return end.length === 0 || Buffer.compare(start, end) < 0;
}

function versionOf({ region }: Entry): bigint {
  return region.regionEpoch?.version ?? 0n;
}

function confVerOf({ region }: Entry): bigint {
  return region.regionEpoch?.confVer ?? 0n;
}

function isBehind(entry: Entry, own: Entry): boolean {
  return entry.term < own.term || versionOf(entry) < versionOf(own) || confVerOf(entry) < confVerOf(own);
}
