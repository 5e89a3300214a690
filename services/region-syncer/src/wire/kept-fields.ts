// Whether what a block keeps as bytes is what every decoder takes. PD's refuse a whole message for one field that they
// know in another wire type: a leader that had recorded a single one could bring no PD up to date.
import { Cursor, wireType } from '@syncline/protobuf/cursor.ts';
import type { RegionFields } from './region-fields.ts';

const regionField = { peers: 5, encryptionMeta: 6, isInFlashback: 7, flashbackStartTs: 8 } as const;
const encryptionField = { keyId: 1, iv: 2 } as const;
const peerStatsField = { peer: 1, downSeconds: 2 } as const;

/** The fields of a metapb.Peer from 1 on are numbers up to this one, and in a BucketStats lists of numbers. */
const lastNumber = { peer: 4, bucketStats: 6 } as const;

const outer = new Cursor();
const inner = new Cursor();

/** Throws WireError when something in the region or its leader that was left unread cannot be decoded. */
export function checkKept(bytes: Uint8Array, region: RegionFields): void {
  checkRegion(bytes, region);
  checkPeer(bytes, region.leaderStart, region.leaderStop, 'leader');
}

/** Throws WireError when something in the region that readRegion() left unread cannot be decoded. */
export function checkRegion(bytes: Uint8Array, region: RegionFields): void {
  const at = outer.over(bytes, region.unread, region.regionStop);
  while (at.more()) {
    const tag = at.tag('region');
    switch (tag >>> 3) {
      case regionField.peers:
        at.content(tag, 'region.peers');
        checkPeer(bytes, at.start, at.stop, 'region.peers');
        break;
      case regionField.encryptionMeta:
        at.content(tag, 'region.encryption_meta');
        checkEncryption(bytes, at.start, at.stop);
        break;
      case regionField.isInFlashback:
        at.varint(tag, 'region.is_in_flashback');
        break;
      case regionField.flashbackStartTs:
        at.varint(tag, 'region.flashback_start_ts');
        break;
      default:
        at.skip(tag, 'region');
    }
  }
}

/** Throws WireError unless bytes[start, stop) are a metapb.Peer. */
export function checkPeer(bytes: Uint8Array, start: number, stop: number, message: string): void {
  for (let at = start; at < stop; ) {
    const next = afterNumber(bytes, at, stop);
    if (next > at) at = next;
    else {
      const field = inner.over(bytes, at, stop);
      const tag = field.tag(message);
      if (tag >>> 3 <= lastNumber.peer) field.varint(tag, message);
      else field.skip(tag, message);
      at = field.at;
    }
  }
}

/** Throws WireError unless bytes[start, stop) are a pdpb.PeerStats. */
export function checkPeerStats(bytes: Uint8Array, start: number, stop: number, message: string): void {
  const at = outer.over(bytes, start, stop);
  while (at.more()) {
    const tag = at.tag(message);
    switch (tag >>> 3) {
      case peerStatsField.peer:
        at.content(tag, message);
        checkPeer(bytes, at.start, at.stop, message);
        break;
      case peerStatsField.downSeconds:
        at.varint(tag, message);
        break;
      default:
        at.skip(tag, message);
    }
  }
}

/** Throws WireError unless bytes[start, stop) are a metapb.BucketStats, whose lists are packed or number by number. */
export function checkBucketStats(bytes: Uint8Array, start: number, stop: number): void {
  const at = outer.over(bytes, start, stop);
  while (at.more()) {
    const tag = at.tag('buckets.stats');
    if (tag >>> 3 > lastNumber.bucketStats) at.skip(tag, 'buckets.stats');
    else if ((tag & 7) !== wireType.bytes) at.varint(tag, 'buckets.stats');
    else {
      at.content(tag, 'buckets.stats');
      checkNumbers(bytes, at.start, at.stop, 'buckets.stats');
    }
  }
}

function checkEncryption(bytes: Uint8Array, start: number, stop: number): void {
  const at = inner.over(bytes, start, stop);
  while (at.more()) {
    const tag = at.tag('region.encryption_meta');
    if (tag >>> 3 === encryptionField.keyId) at.varint(tag, 'region.encryption_meta.key_id');
    else if (tag >>> 3 === encryptionField.iv) at.content(tag, 'region.encryption_meta.iv');
    else at.skip(tag, 'region.encryption_meta');
  }
}

function checkNumbers(bytes: Uint8Array, start: number, stop: number, field: string): void {
  const at = inner.over(bytes, start, stop);
  while (at.more()) at.number(field);
}

/** Where the field at bytes[at] ends when it is a number under a tag of one byte, as most are; otherwise `at`. */
function afterNumber(bytes: Uint8Array, at: number, stop: number): number {
  const tag = bytes[at] as number;
  if (tag < 8 || (tag & 0x87) !== wireType.varint) return at;
  const last = Math.min(stop, at + 11);
  for (let i = at + 1; i < last; i++) if ((bytes[i] as number) < 0x80) return i + 1;
  return at;
}
