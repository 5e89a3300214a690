// For tests of the follower: regions side by side, frames of both kinds of leader that carry them, and what a copy has.

import { SyncRegionResponse } from '@syncline/proto/pdpb.ts';
import { FrameKind } from '@syncline/proto/region-frame.ts';
import { frame } from '@syncline/rpc/frame.ts';
import { firstOfTerm } from '../../log/index.ts';
import type { Digest } from '../../regions/digest.ts';
import { RegionTree } from '../../regions/region-tree.ts';
import { emptyFrame, type FrameHead, frameOf } from '../../wire/frame-writer.ts';
import { RegionFields, readBlock } from '../../wire/region-fields.ts';
import { type Carried, plainRegion, runOf } from '../../wire/wire.fixture.ts';

export const clusterId = 2n ** 63n + 9n;
export const term = 3;
/** The first index of the leader's term. */
export const base: number = firstOfTerm(term);

/** Region `n` (1 to 999) has the n-th part of the key space; `version` makes one record of it newer than another. */
export function region(n: number, version = 2): Carried {
  const plain = plainRegion(BigInt(n), key(n), key(n + 1));
  return {
    region: { ...plain, regionEpoch: { confVer: 1n, version: BigInt(version) } },
    stat: undefined,
    leader: plain.peers[0],
    buckets: undefined,
  };
}

/** Regions `from` to `to`. */
export function regions(from: number, to: number, version = 2): Carried[] {
  return Array.from({ length: to - from + 1 }, (_, at) => region(from + at, version));
}

/** A region with the keys of regions `from` to `to`. */
export function merged(from: number, to: number, version = 9): Carried {
  const { region: first, ...rest } = region(from, version);
  return { ...rest, region: { ...first, endKey: Buffer.from(key(to + 1)) } };
}

function key(n: number): string {
  return String(n).padStart(3, '0');
}

type Own = Partial<FrameHead> & { readonly startIndex: number };

/** A frame of a Syncline; it continues from its own start_index unless `fields` says otherwise. */
export function own(kind: FrameKind, fields: Own, ...carried: Carried[]): Buffer {
  const { startIndex } = fields;
  const head: FrameHead = {
    clusterId,
    kind,
    term,
    previous: startIndex,
    leaderNext: startIndex + carried.length,
    leaderUnixMs: Date.now(),
    ...fields,
  };
  return Buffer.concat(carried.length === 0 ? emptyFrame(head) : frameOf(head, runOf(carried)));
}

/** A whole snapshot of a Syncline, in pieces of `size`, that stands for all before `stands`. */
export function ownSnapshot(stands: number, carried: readonly Carried[], size = 100): Buffer[] {
  const pieces: Buffer[] = [];
  for (let sent = 0; sent === 0 || sent < carried.length; sent += size) {
    const head = { startIndex: sent, previous: stands, leaderNext: stands };
    const total = sent === 0 ? { total: carried.length } : {};
    pieces.push(own(FrameKind.SNAPSHOT, { ...head, ...total }, ...carried.slice(sent, sent + size)));
  }
  return [...pieces, own(FrameKind.SNAPSHOT_END, { startIndex: stands })];
}

/** A frame of a PD: the four lists one after the other. */
export function ofPd(
  startIndex: number,
  carried: readonly Carried[],
  change: Partial<SyncRegionResponse> = {},
) {
  const peer = { id: 0n, storeId: 0n, role: 0 as const, isWitness: false };
  return frame(
    SyncRegionResponse.encode(
      SyncRegionResponse.create({
        header: { clusterId },
        startIndex: BigInt(startIndex),
        regions: carried.map((each) => each.region),
        regionStats: carried.map(() => ({ bytesWritten: 5n })),
        regionLeaders: carried.map(({ leader }) => leader ?? peer),
        buckets: carried.map(() => ({})),
        ...change,
      }),
    ).finish(),
  );
}

const fields = new RegionFields();

/** The digest of a copy that has exactly these. */
export function digestOf(carried: readonly Carried[]): Digest {
  const tree = new RegionTree({ pageBytes: 1 << 16, sparePages: 0, tombstones: 0 });
  const bytes = runOf(carried);
  for (let at = 0; at < bytes.length; ) {
    const end = readBlock(bytes, at, bytes.length, fields);
    tree.put(bytes, at, end, fields, 0);
    at = end;
  }
  return tree.digest;
}

/** `id@version` of every region, in key order. */
export function shownRegions(tree: RegionTree): string[] {
  const shown: string[] = [];
  tree.scan(new Uint8Array(0), new Uint8Array(0), Number.POSITIVE_INFINITY, (slot) => {
    readBlock(tree.bytes(slot), tree.start(slot), tree.end(slot), fields);
    shown.push(`${fields.idLo}@${fields.versionLo}`);
  });
  return shown;
}

/** What a copy shows that has exactly these. */
export function shownAs(carried: readonly Carried[]): string[] {
  return carried.map(({ region: { id, regionEpoch } }) => `${id}@${regionEpoch?.version}`);
}
