// What is indexed of a block: one region's elements of SyncRegionResponse's fields 2 (metapb.Region), 4 (RegionStat),
// 5 (leader) and 6 (Buckets), back to back in this order, all four. One RegionFields is used for a million blocks.
import { Cursor } from '@syncline/protobuf/cursor.ts';
import { WireError } from '@syncline/protobuf/wire-error.ts';
import { checkBucketStats } from './kept-fields.ts';

/** The first byte of each of a block's elements, in the order they have. */
export const blockTag = { region: 0x12, stat: 0x22, leader: 0x2a, buckets: 0x32 } as const;

const regionField = { id: 1, startKey: 2, endKey: 3, epoch: 4, peers: 5 } as const;
const epochField = { confVer: 1, version: 2 } as const;
const peerField = { id: 1 } as const;
const bucketsField = { regionId: 1, version: 2, keys: 3, stats: 4, periodInMs: 5 } as const;

/**
 * A region, as positions in the bytes that were read; uint64 as two unsigned halves, which begin as doubles as those of
 * the Cursor do. True until the next read.
 */
export class RegionFields {
  /** The content of the metapb.Region is [regionStart, regionStop), and so on for the other three elements. */
  regionStart = 0;
  regionStop = 0;
  statStart = 0;
  statStop = 0;
  leaderStart = 0;
  leaderStop = 0;
  bucketsStart = 0;
  bucketsStop = 0;

  idLo = -0;
  idHi = -0;
  startKey = 0;
  startKeyLength = 0;
  endKey = 0;
  /** 0: the region has no end. */
  endKeyLength = 0;
  hasEpoch = false;
  confVerLo = -0;
  confVerHi = -0;
  versionLo = -0;
  versionHi = -0;
  /** How many there are. */
  peers = 0;
  /** From here to regionStop are all fields of the region that were passed over unread: see checkRegion(). */
  unread = 0;
  /** 0 in both: no leader is known. */
  leaderIdLo = -0;
  leaderIdHi = -0;
  /** 0 in both: there are no buckets. */
  bucketVersionLo = -0;
  bucketVersionHi = -0;
}

const cursor = new Cursor();

/**
 * Reads the block that begins at bytes[start] into `into` and returns where it ends. Throws WireError when the four
 * elements are not there in a block's order, reach beyond `end`, or are malformed. Says nothing on whether the
 * region can stand: see regionProblem().
 */
export function readBlock(bytes: Uint8Array, start: number, end: number, into: RegionFields): number {
  const at = cursor.over(bytes, start, end);
  element(at, blockTag.region, 'region');
  const { start: regionStart, stop: regionStop } = at;
  element(at, blockTag.stat, 'stat');
  into.statStart = at.start;
  into.statStop = at.stop;
  element(at, blockTag.leader, 'leader');
  const { start: leaderStart, stop: leaderStop } = at;
  element(at, blockTag.buckets, 'buckets');
  const { start: bucketsStart, stop: bucketsStop } = at;
  readRegion(bytes, regionStart, regionStop, into);
  readLeader(bytes, leaderStart, leaderStop, into);
  readBuckets(bytes, bucketsStart, bucketsStop, into);
  return bucketsStop;
}

/** Reads the metapb.Region bytes[start, stop): its id, keys, epoch and count of peers. */
export function readRegion(bytes: Uint8Array, start: number, stop: number, into: RegionFields): void {
  const at = cursor.over(bytes, start, stop);
  into.regionStart = start;
  into.regionStop = stop;
  into.idLo = into.idHi = 0;
  into.startKey = into.startKeyLength = into.endKey = into.endKeyLength = 0;
  into.confVerLo = into.confVerHi = into.versionLo = into.versionHi = 0;
  into.hasEpoch = false;
  into.peers = 0;
  into.unread = stop;
  while (at.at < stop) {
    const from = at.at;
    const tag = at.tag('region');
    switch (tag >>> 3) {
      case regionField.id:
        at.varint(tag, 'region.id');
        into.idLo = at.lo;
        into.idHi = at.hi;
        break;
      case regionField.startKey:
        at.content(tag, 'region.start_key');
        into.startKey = at.start;
        into.startKeyLength = at.stop - at.start;
        break;
      case regionField.endKey:
        at.content(tag, 'region.end_key');
        into.endKey = at.start;
        into.endKeyLength = at.stop - at.start;
        break;
      case regionField.epoch:
        at.content(tag, 'region.region_epoch');
        into.hasEpoch = true;
        readEpoch(at, stop, into);
        break;
      case regionField.peers:
        at.content(tag, 'region.peers');
        into.peers++;
        if (into.unread === stop) into.unread = from;
        break;
      default:
        at.skip(tag, 'region');
        if (into.unread === stop) into.unread = from;
    }
  }
}

/** Reads the RegionEpoch that `at` has just taken, and goes on behind it, in a message that ends at `stop`. */
function readEpoch(at: Cursor, stop: number, into: RegionFields): void {
  at.at = at.start;
  at.end = at.stop;
  while (at.more()) {
    const tag = at.tag('region.region_epoch');
    switch (tag >>> 3) {
      case epochField.confVer:
        at.varint(tag, 'region.region_epoch.conf_ver');
        into.confVerLo = at.lo;
        into.confVerHi = at.hi;
        break;
      case epochField.version:
        at.varint(tag, 'region.region_epoch.version');
        into.versionLo = at.lo;
        into.versionHi = at.hi;
        break;
      default:
        at.skip(tag, 'region.region_epoch');
    }
  }
  at.end = stop;
}

/** Reads the leader's metapb.Peer bytes[start, stop): its id. */
export function readLeader(bytes: Uint8Array, start: number, stop: number, into: RegionFields): void {
  into.leaderStart = start;
  into.leaderStop = stop;
  into.leaderIdLo = into.leaderIdHi = 0;
  const at = cursor.over(bytes, start, stop);
  while (at.at < stop) {
    const tag = at.tag('leader');
    if (tag >>> 3 === peerField.id) {
      at.varint(tag, 'leader.id');
      into.leaderIdLo = at.lo;
      into.leaderIdHi = at.hi;
    } else at.skip(tag, 'leader');
  }
}

/** Reads the metapb.Buckets bytes[start, stop): their version. Nobody sends statistics in them, but anybody may. */
export function readBuckets(bytes: Uint8Array, start: number, stop: number, into: RegionFields): void {
  into.bucketsStart = start;
  into.bucketsStop = stop;
  into.bucketVersionLo = into.bucketVersionHi = 0;
  const at = cursor.over(bytes, start, stop);
  while (at.at < stop) {
    const tag = at.tag('buckets');
    switch (tag >>> 3) {
      case bucketsField.version:
        at.varint(tag, 'buckets.version');
        into.bucketVersionLo = at.lo;
        into.bucketVersionHi = at.hi;
        break;
      case bucketsField.keys:
        at.content(tag, 'buckets.keys');
        break;
      case bucketsField.regionId:
      case bucketsField.periodInMs:
        at.varint(tag, 'buckets');
        break;
      case bucketsField.stats:
        at.content(tag, 'buckets.stats');
        checkBucketStats(bytes, at.start, at.stop);
        break;
      default:
        at.skip(tag, 'buckets');
    }
  }
}

function element(at: Cursor, tag: number, field: string): void {
  if (at.at >= at.end || at.bytes[at.at] !== tag)
    throw new WireError(field, 'a block lacks this element here');
  at.at++;
  at.content(tag, field);
}
