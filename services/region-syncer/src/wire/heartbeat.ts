// A pdpb.RegionHeartbeatRequest, read where it lies. Everything that a block will take from it, and everything that is
// kept beside it, is checked here: nothing that comes later can refuse it.
import { Cursor } from '@syncline/protobuf/cursor.ts';
import { WireError } from '@syncline/protobuf/wire-error.ts';
import { headerField } from './frame-tags.ts';
import { checkPeer, checkPeerStats, checkRegion } from './kept-fields.ts';
import { regionProblem } from './region-check.ts';
import { RegionFields, readLeader, readRegion } from './region-fields.ts';

const heartbeatField = {
  header: 1,
  region: 2,
  leader: 3,
  downPeers: 4,
  pendingPeers: 5,
  bytesWritten: 6,
  bytesRead: 7,
  keysWritten: 8,
  keysRead: 9,
  term: 14,
  bucketMeta: 20,
  traceparent: 20007,
} as const;

/** Of metapb.Peer. */
const peerField = { storeId: 2, role: 3, isWitness: 4 } as const;
/** Of metapb.BucketMeta. */
const metaField = { version: 1, keys: 2 } as const;

/** A heartbeat, as positions in the bytes that were read; uint64 as two unsigned halves. True until the next read. */
export class Heartbeat {
  clusterIdLo = 0;
  clusterIdHi = 0;
  hasRegion = false;
  /** Id, keys, epoch, peers, and the leader's id; its stat and buckets are not set. */
  readonly region: RegionFields = new RegionFields();
  /** 0 when it names no leader. */
  leaderStoreLo = 0;
  leaderStoreHi = 0;
  /** The Raft term of the region's leader; 0 from old stores. */
  termLo = 0;
  termHi = 0;
  /** A RegionStat's four counts in the order of its fields: each as lo, hi. */
  readonly stat: Uint32Array = new Uint32Array(8);
  /** The BucketMeta is [bucketMetaStart, bucketMetaStop). */
  hasBucketMeta = false;
  bucketMetaStart = 0;
  bucketMetaStop = 0;
  bucketVersionLo = 0;
  bucketVersionHi = 0;
  /** PeerStats and Peers, as pairs of start and stop; most heartbeats have none. */
  readonly downPeers: number[] = [];
  readonly pendingPeers: number[] = [];
  /** The trace context is [traceparentStart, traceparentStop): most heartbeats have none. */
  traceparentStart = 0;
  traceparentStop = 0;
}

const outer = new Cursor();
const inner = new Cursor();
const nothing: Uint8Array = new Uint8Array(0);
const text = new TextDecoder();

/** Reads the message (without gRPC's five bytes). Throws WireError when it is malformed; see heartbeatProblem(). */
export function readHeartbeat(bytes: Uint8Array, into: Heartbeat): void {
  reset(into);
  const at = outer.over(bytes, 0, bytes.length);
  while (at.more()) {
    const tag = at.tag('heartbeat');
    switch (tag >>> 3) {
      case heartbeatField.header:
        at.content(tag, 'header');
        readClusterId(at, into);
        break;
      case heartbeatField.region:
        at.content(tag, 'region');
        readRegion(bytes, at.start, at.stop, into.region);
        checkRegion(bytes, into.region);
        into.hasRegion = true;
        break;
      case heartbeatField.leader:
        at.content(tag, 'leader');
        readLeader(bytes, at.start, at.stop, into.region);
        readLeaderStore(at, into);
        break;
      case heartbeatField.downPeers:
        at.content(tag, 'down_peers');
        checkPeerStats(bytes, at.start, at.stop, 'down_peers');
        into.downPeers.push(at.start, at.stop);
        break;
      case heartbeatField.pendingPeers:
        at.content(tag, 'pending_peers');
        checkPeer(bytes, at.start, at.stop, 'pending_peers');
        into.pendingPeers.push(at.start, at.stop);
        break;
      case heartbeatField.bytesWritten:
      case heartbeatField.bytesRead:
      case heartbeatField.keysWritten:
      case heartbeatField.keysRead:
        readCount(at, tag, into);
        break;
      case heartbeatField.term:
        at.varint(tag, 'term');
        into.termLo = at.lo;
        into.termHi = at.hi;
        break;
      case heartbeatField.bucketMeta:
        at.content(tag, 'bucket_meta');
        readBucketMeta(at, into);
        break;
      default:
        // Beside the others its number would make a comparison chain of the jump table.
        if (tag >>> 3 === heartbeatField.traceparent) readTraceparent(at, tag, into);
        else at.skip(tag, 'heartbeat');
    }
  }
}

/** The trace context that a heartbeat, read from `bytes`, carries; '' without one. It may be anything. */
export function traceparentIn(bytes: Uint8Array, heartbeat: Heartbeat): string {
  const { traceparentStart, traceparentStop } = heartbeat;
  return text.decode(bytes.subarray(traceparentStart, traceparentStop));
}

/**
 * Why a well-formed heartbeat cannot be taken, under the field that is wrong: without a region, id or peer, as PD has
 * it, and without an epoch or a range. Undefined when it can.
 */
export function heartbeatProblem(bytes: Uint8Array, heartbeat: Heartbeat): WireError | undefined {
  if (!heartbeat.hasRegion) return new WireError('region', 'is missing');
  const problem = regionProblem(bytes, heartbeat.region);
  if (problem) return problem;
  return heartbeat.region.peers === 0 ? new WireError('region.peers', 'are none') : undefined;
}

function reset(into: Heartbeat): void {
  into.clusterIdLo = into.clusterIdHi = 0;
  into.hasRegion = into.hasBucketMeta = false;
  readRegion(nothing, 0, 0, into.region);
  readLeader(nothing, 0, 0, into.region);
  into.leaderStoreLo = into.leaderStoreHi = 0;
  into.termLo = into.termHi = 0;
  into.stat.fill(0);
  into.bucketMetaStart = into.bucketMetaStop = 0;
  into.bucketVersionLo = into.bucketVersionHi = 0;
  into.downPeers.length = into.pendingPeers.length = 0;
  into.traceparentStart = into.traceparentStop = 0;
}

function readTraceparent(at: Cursor, tag: number, into: Heartbeat): void {
  at.content(tag, 'traceparent');
  into.traceparentStart = at.start;
  into.traceparentStop = at.stop;
}

function readClusterId(at: Cursor, into: Heartbeat): void {
  const within = inner.over(at.bytes, at.start, at.stop);
  while (within.more()) {
    const tag = within.tag('header');
    if (tag >>> 3 === headerField.clusterId) {
      within.varint(tag, 'header.cluster_id');
      into.clusterIdLo = within.lo;
      into.clusterIdHi = within.hi;
    } else within.skip(tag, 'header');
  }
}

/** What readLeader() leaves of the leader. */
function readLeaderStore(at: Cursor, into: Heartbeat): void {
  into.leaderStoreLo = into.leaderStoreHi = 0;
  const within = inner.over(at.bytes, at.start, at.stop);
  while (within.more()) {
    const tag = within.tag('leader');
    switch (tag >>> 3) {
      case peerField.storeId:
        within.varint(tag, 'leader.store_id');
        into.leaderStoreLo = within.lo;
        into.leaderStoreHi = within.hi;
        break;
      case peerField.role:
      case peerField.isWitness:
        within.varint(tag, 'leader');
        break;
      default:
        within.skip(tag, 'leader');
    }
  }
}

function readBucketMeta(at: Cursor, into: Heartbeat): void {
  into.hasBucketMeta = true;
  into.bucketMetaStart = at.start;
  into.bucketMetaStop = at.stop;
  into.bucketVersionLo = into.bucketVersionHi = 0;
  const within = inner.over(at.bytes, at.start, at.stop);
  while (within.more()) {
    const tag = within.tag('bucket_meta');
    switch (tag >>> 3) {
      case metaField.version:
        within.varint(tag, 'bucket_meta.version');
        into.bucketVersionLo = within.lo;
        into.bucketVersionHi = within.hi;
        break;
      case metaField.keys:
        within.content(tag, 'bucket_meta.keys');
        break;
      default:
        within.skip(tag, 'bucket_meta');
    }
  }
}

/** Heartbeats number the four counts as a RegionStat does, five higher. */
function readCount(at: Cursor, tag: number, into: Heartbeat): void {
  at.varint(tag, 'flow');
  const place = ((tag >>> 3) - heartbeatField.bytesWritten) * 2;
  into.stat[place] = at.lo;
  into.stat[place + 1] = at.hi;
}
