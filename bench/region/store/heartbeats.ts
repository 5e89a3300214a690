// Heartbeats of a layout's regions, written into the buffer that they are sent from: generated code would be slower than
// the leader that is measured.

import { RegionHeartbeatRequest } from '@syncline/proto/pdpb.ts';
import { draw, type RegionLayout } from '../../../test/interop/region-layout.ts';

/** How a region differs from the one that was laid. */
export interface RegionState {
  readonly version: number;
  /** How often its leader has moved on to the next peer. */
  readonly moves: number;
}

/** What every region of a layout begins with. */
export const laid: RegionState = { version: 1000, moves: 0 };

/** No heartbeat of a layout takes more, gRPC's five bytes included. */
export const mostHeartbeatBytes = 320;

const frameHeaderBytes = 5;
const keyBytes = 64;
const peers = 3;
const confVer = 5;

// RegionHeartbeatRequest
const REGION = 0x12;
const LEADER = 0x1a;
/** Of bytes_written; bytes_read, keys_written and keys_read follow. */
const BYTES_WRITTEN = 0x30;
const TERM = 0x70;
// metapb.Region
const START_KEY = 0x12;
const END_KEY = 0x1a;
const REGION_EPOCH = 0x22;
const PEERS = 0x2a;
// First and second field of metapb.Region, RegionEpoch and Peer.
const FIRST = 0x08;
const SECOND = 0x10;

/** Bits of the four counts, in the order of their fields. */
const flowBits = [14, 14, 7, 7] as const;

export class Heartbeats {
  readonly #layout: RegionLayout;
  readonly #firstId: number;
  readonly #header: Uint8Array;
  readonly #estimates: Uint8Array;

  constructor(layout: RegionLayout, clusterId: bigint) {
    this.#layout = layout;
    this.#firstId = Number(layout.firstId);
    this.#header = part({ header: { clusterId } });
    this.#estimates = part({
      approximateSize: 96n,
      interval: { startTimestamp: 1_700_000_000n, endTimestamp: 1_700_000_060n },
      approximateKeys: 960_000n,
    });
  }

  /** Writes the heartbeat of region `i` as a gRPC frame to into[start, …); gives where it ends. */
  write(into: Buffer, start: number, i: number, { version, moves }: RegionState): number {
    const layout = this.#layout;
    const id = this.#firstId + i * (peers + 1);
    const storeOf = (peer: number) => 1 + ((i + peer) % layout.stores);
    const leader = (draw(layout, i, 1) + moves) % peers;
    let at = start + frameHeaderBytes;
    at = copy(into, at, this.#header);
    at = this.#region(into, at, i, id, version);
    at = peer(into, at, LEADER, id + 1 + leader, storeOf(leader));
    for (const [k, bits] of flowBits.entries()) {
      const count = draw(layout, i, k + 2) % 2 ** bits;
      if (count > 0) at = field(into, at, BYTES_WRITTEN + 8 * k, count);
    }
    at = copy(into, at, this.#estimates);
    at = field(into, at, TERM, 6 + moves);
    into[start] = 0;
    into.writeUInt32BE(at - start - frameHeaderBytes, start + 1);
    return at;
  }

  #region(into: Buffer, start: number, i: number, id: number, version: number): number {
    const layout = this.#layout;
    const keys = (i > 0 ? 1 : 0) + (i < layout.count - 1 ? 1 : 0);
    const epochBytes = 2 + 1 + varintBytes(version);
    let bytes = 1 + varintBytes(id) + keys * (2 + keyBytes) + 2 + epochBytes;
    for (let p = 0; p < peers; p++) bytes += 2 + peerBytes(id + 1 + p, 1 + ((i + p) % layout.stores));
    into[start] = REGION;
    let at = varint(into, start + 1, bytes);
    at = field(into, at, FIRST, id);
    if (i > 0) at = key(into, at, START_KEY, layout, i);
    if (i < layout.count - 1) at = key(into, at, END_KEY, layout, i + 1);
    into[at] = REGION_EPOCH;
    into[at + 1] = epochBytes;
    at = field(into, at + 2, FIRST, confVer);
    at = field(into, at, SECOND, version);
    for (let p = 0; p < peers; p++) at = peer(into, at, PEERS, id + 1 + p, 1 + ((i + p) % layout.stores));
    return at;
  }
}

function part(fields: Parameters<typeof RegionHeartbeatRequest.fromPartial>[0]): Uint8Array {
  return RegionHeartbeatRequest.encode(RegionHeartbeatRequest.fromPartial(fields)).finish();
}

function copy(into: Buffer, at: number, bytes: Uint8Array): number {
  into.set(bytes, at);
  return at + bytes.length;
}

/** The border in front of region `i`: "t", the table i/1000, "_r", the row i%1000, and a filler that is drawn. */
function key(into: Buffer, start: number, tag: number, layout: RegionLayout, i: number): number {
  into[start] = tag;
  into[start + 1] = keyBytes;
  const from = start + 2;
  into[from] = 0x74;
  into.writeUInt32BE(0, from + 1);
  into.writeUInt32BE(Math.floor(i / 1000), from + 5);
  into[from + 9] = 0x5f;
  into[from + 10] = 0x72;
  into.writeUInt32BE(0, from + 11);
  into.writeUInt32BE(i % 1000, from + 15);
  const filler = draw(layout, i, 0);
  for (let at = 19; at < keyBytes; at++) into[from + at] = filler >>> (8 * (at % 4));
  return from + keyBytes;
}

function peer(into: Buffer, start: number, tag: number, id: number, store: number): number {
  into[start] = tag;
  into[start + 1] = peerBytes(id, store);
  return field(into, field(into, start + 2, FIRST, id), SECOND, store);
}

function peerBytes(id: number, store: number): number {
  return 2 + varintBytes(id) + varintBytes(store);
}

function field(into: Buffer, at: number, tag: number, value: number): number {
  into[at] = tag;
  return varint(into, at + 1, value);
}

function varint(into: Buffer, start: number, value: number): number {
  let at = start;
  let rest = value;
  for (; rest >= 2 ** 31; rest = Math.floor(rest / 128)) into[at++] = (rest % 128) | 128;
  for (; rest >= 128; rest >>>= 7) into[at++] = (rest & 127) | 128;
  into[at] = rest;
  return at + 1;
}

function varintBytes(value: number): number {
  let bytes = 1;
  for (let least = 128; value >= least; least *= 128) bytes++;
  return bytes;
}
