// The regions that pd-leader begins with, made here too (pd/region/layout.go): Count regions that cover the whole key
// space, of 194 to 198 bytes each in a SyncRegionResponse.

import { type Region as Metadata, type Peer, PeerRole } from '@syncline/proto/metapb.ts';
import type { Region } from '@syncline/proto/pdpb.ts';

/** Which regions; the same fields make the same regions. */
export interface RegionLayout {
  readonly count: number;
  /** Of the keys' filler, the leaders and the flow; a uint32. */
  readonly seed: number;
  /** Id of region 0. Each takes four: its own, and those of its three peers. */
  readonly firstId: bigint;
  /** Stores are numbered from 1; at least three. */
  readonly stores: number;
}

/** What pd-leader has without flags. */
export const defaultLayout: RegionLayout = { count: 10_000, seed: 1, firstId: 4_000_000n, stores: 10 };

/** A region, and the flow that its store reports. */
export interface LaidRegion extends Region {
  readonly region: Metadata;
  readonly leader: Peer;
  readonly flow: {
    readonly bytesWritten: bigint;
    readonly bytesRead: bigint;
    readonly keysWritten: bigint;
    readonly keysRead: bigint;
  };
}

/** Region `i`, 0 ≤ i < count. */
export function regionAt(layout: RegionLayout, i: number): LaidRegion {
  const id = layout.firstId + BigInt(i) * 4n;
  const peer = (p: number) => ({
    id: id + 1n + BigInt(p),
    storeId: BigInt(1 + ((i + p) % layout.stores)),
    role: PeerRole.Voter,
    isWitness: false,
  });
  const flow = (k: number, bits: number) => BigInt(draw(layout, i, k) % 2 ** bits);
  return {
    region: {
      id,
      startKey: boundary(layout, i),
      endKey: boundary(layout, i + 1),
      regionEpoch: { confVer: 5n, version: 1000n },
      peers: [peer(0), peer(1), peer(2)],
      encryptionMeta: undefined,
      isInFlashback: false,
      flashbackStartTs: 0n,
    },
    leader: peer(draw(layout, i, 1) % 3),
    downPeers: [],
    pendingPeers: [],
    buckets: undefined,
    flow: {
      bytesWritten: flow(2, 14),
      bytesRead: flow(3, 14),
      keysWritten: flow(4, 7),
      keysRead: flow(5, 7),
    },
  };
}

/** All regions in the order of their keys. */
export function* regionsOf(layout: RegionLayout): Generator<LaidRegion> {
  for (let i = 0; i < layout.count; i++) yield regionAt(layout, i);
}

/** The key between regions i-1 and i: "t", table, "_r", row, filler; empty at both ends of the key space. */
function boundary(layout: RegionLayout, i: number): Uint8Array {
  if (i === 0 || i === layout.count) return new Uint8Array();
  const key = new Uint8Array(64);
  const view = new DataView(key.buffer);
  view.setUint8(0, 't'.charCodeAt(0));
  view.setBigUint64(1, BigInt(Math.floor(i / 1000)));
  key.set(Buffer.from('_r'), 9);
  view.setBigUint64(11, BigInt(i % 1000));
  const filler = draw(layout, i, 0);
  for (let at = 19; at < key.length; at++) key[at] = filler >>> (8 * (at % 4));
  return key;
}

/** Number `k` < 8 of region `i`, a uint32: the finalizer of MurmurHash3. */
export function draw({ seed }: RegionLayout, i: number, k: number): number {
  let x = seed ^ (i * 8 + k);
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}
