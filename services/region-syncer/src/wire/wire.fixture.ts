// Regions of every shape, and the blocks that generated code makes of them: the independent codec of the wire tests.
import { Buckets, Peer, PeerRole, Region, type RegionEpoch } from '@syncline/proto/metapb.ts';
import { RegionStat } from '@syncline/proto/pdpb.ts';
import { anyUint64 } from '@syncline/protobuf/arbitrary.ts';
import { ByteWriter } from '@syncline/protobuf/byte-writer.ts';
import fc from 'fast-check';
import { type FrameHead, frameOf } from './frame-writer.ts';

export const anyKey = fc.oneof(
  fc.uint8Array({ maxLength: 12 }),
  fc.uint8Array({ minLength: 60, maxLength: 300 }),
);

export const anyPeer: fc.Arbitrary<Peer> = fc.record({
  id: anyUint64,
  storeId: anyUint64,
  role: fc.constantFrom(PeerRole.Voter, PeerRole.Learner, PeerRole.DemotingVoter),
  isWitness: fc.boolean(),
});

const anyEpoch: fc.Arbitrary<RegionEpoch> = fc.record({ confVer: anyUint64, version: anyUint64 });

/** Regions that cannot stand among them: see regionProblem(). */
export const anyRegion: fc.Arbitrary<Region> = fc.record({
  id: anyUint64,
  startKey: anyKey,
  endKey: anyKey,
  regionEpoch: fc.option(anyEpoch, { nil: undefined, freq: 8 }),
  peers: fc.array(anyPeer, { maxLength: 5 }),
  encryptionMeta: fc.option(fc.record({ keyId: anyUint64, iv: anyKey }), { nil: undefined }),
  isInFlashback: fc.boolean(),
  flashbackStartTs: anyUint64,
});

/** Regions that can stand. */
export const goodRegion: fc.Arbitrary<Region> = fc
  .tuple(anyRegion, anyKey, anyEpoch, fc.bigInt(1n, 2n ** 64n - 1n))
  .map(([region, suffix, regionEpoch, id]) => ({
    ...region,
    id,
    regionEpoch,
    endKey: suffix.length === 0 ? suffix : Buffer.concat([region.startKey, suffix]),
  }));

export const anyStat: fc.Arbitrary<RegionStat> = fc.record({
  bytesWritten: anyUint64,
  bytesRead: anyUint64,
  keysWritten: anyUint64,
  keysRead: anyUint64,
});

export const anyBuckets: fc.Arbitrary<Buckets> = fc.record({
  regionId: anyUint64,
  version: anyUint64,
  keys: fc.array(anyKey, { maxLength: 4 }),
  stats: fc.constant(undefined),
  periodInMs: anyUint64,
});

/** What one block carries; undefined is an empty element. */
export interface Carried {
  readonly region: Region;
  readonly stat: RegionStat | undefined;
  readonly leader: Peer | undefined;
  readonly buckets: Buckets | undefined;
}

export const anyCarried = (region: fc.Arbitrary<Region>): fc.Arbitrary<Carried> =>
  fc.record({
    region,
    stat: fc.option(anyStat, { nil: undefined }),
    leader: fc.option(anyPeer, { nil: undefined }),
    buckets: fc.option(anyBuckets, { nil: undefined }),
  });

/** One gRPC message with this run, in one piece. */
export function framed(head: FrameHead, run: Uint8Array): Buffer {
  return Buffer.concat(frameOf(head, run));
}

/** The blocks of these regions, back to back. */
export function runOf(regions: readonly Carried[]): Uint8Array {
  const out = new ByteWriter(1_024);
  for (const { region, stat, leader, buckets } of regions) {
    element(out, 2, Region.encode(region).finish());
    element(out, 4, stat ? RegionStat.encode(stat).finish() : new Uint8Array(0));
    element(out, 5, leader ? Peer.encode(leader).finish() : new Uint8Array(0));
    element(out, 6, buckets ? Buckets.encode(buckets).finish() : new Uint8Array(0));
  }
  return out.view().slice();
}

function element(out: ByteWriter, field: number, content: Uint8Array): void {
  out.content(field, content, 0, content.length);
}

/** A uint64 of its halves. */
export function uint64(lo: number, hi: number): bigint {
  return (BigInt(hi) << 32n) | BigInt(lo);
}

/** A region without surprises, for fixtures. */
export function plainRegion(id: bigint, startKey: string, endKey: string): Region {
  return {
    id,
    startKey: Buffer.from(startKey),
    endKey: Buffer.from(endKey),
    regionEpoch: { confVer: 1n, version: 2n },
    peers: [{ id: id + 1n, storeId: 1n, role: PeerRole.Voter, isWitness: false }],
    encryptionMeta: undefined,
    isInFlashback: false,
    flashbackStartTs: 0n,
  };
}
