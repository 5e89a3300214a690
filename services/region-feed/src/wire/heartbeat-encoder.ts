// pdpb.RegionHeartbeatRequest by hand: what the feed does most. ts-proto would spend more time on one than the whole
// world does on its change.

import { RegionHeartbeatRequest, RequestHeader } from '@syncline/proto/pdpb.ts';
import { keyLength, writeKey } from '../world/key-space.ts';
import type { Peer, Region } from '../world/region.ts';
import { ReverseWriter } from './reverse-writer.ts';

// RegionHeartbeatRequest
const REGION = 0x12;
const LEADER = 0x1a;
const BYTES_WRITTEN = 0x30;
const BYTES_READ = 0x38;
const KEYS_WRITTEN = 0x40;
const KEYS_READ = 0x48;
const TERM = 0x70;
// metapb.Region
const ID = 0x08;
const START_KEY = 0x12;
const END_KEY = 0x1a;
const REGION_EPOCH = 0x22;
const PEERS = 0x2a;
// metapb.RegionEpoch
const CONF_VER = 0x08;
const VERSION = 0x10;
// metapb.Peer
const PEER_ID = 0x08;
const STORE_ID = 0x10;

/** What PD is told of every region: its size in bytes and its keys are estimates there too. */
const APPROXIMATE_SIZE = 96n << 20n;
const APPROXIMATE_KEYS = 960_000n;

/** Stores report each region once a minute, so the traffic is that of the last minute. */
const INTERVAL_SECONDS = 60n;

/** Encodes the heartbeats of one cluster. */
export class HeartbeatEncoder {
  readonly #keyBytes: number;
  readonly #header: Uint8Array;
  readonly #writer = new ReverseWriter();
  #estimates: Uint8Array = new Uint8Array();
  #second = 0n;

  /** `keyBytes` is the length of the keys, `shortestKey` or more. */
  constructor(clusterId: bigint, keyBytes: number) {
    this.#keyBytes = keyBytes;
    this.#header = RegionHeartbeatRequest.encode(
      RegionHeartbeatRequest.fromPartial({ header: RequestHeader.fromPartial({ clusterId }) }),
    ).finish();
  }

  /** One heartbeat, in memory of its own; `nowNs` is the wall clock's. Without a trace context `traceparent` is ''. */
  encode(region: Region, nowNs: bigint, traceparent = ''): Buffer {
    const writer = this.#writer;
    const { flow, leader, term } = region;
    writer.reset();
    if (traceparent !== '')
      writer.raw(RegionHeartbeatRequest.encode(RegionHeartbeatRequest.fromPartial({ traceparent })).finish());
    writer.field(TERM, term);
    writer.raw(this.#estimatesAt(nowNs / 1_000_000_000n));
    writer.field(KEYS_READ, flow.keysRead);
    writer.field(KEYS_WRITTEN, flow.keysWritten);
    writer.field(BYTES_READ, flow.bytesRead);
    writer.field(BYTES_WRITTEN, flow.bytesWritten);
    this.#peer(LEADER, leader);
    this.#region(region);
    writer.raw(this.#header);
    return writer.copy();
  }

  #region({ id, start, end, version, confVer, peers }: Region): void {
    const writer = this.#writer;
    const mark = writer.length;
    for (let nth = peers.length - 1; nth >= 0; nth--) this.#peer(PEERS, peers[nth] as Peer);
    const epoch = writer.length;
    writer.field(VERSION, version);
    writer.field(CONF_VER, confVer);
    writer.head(REGION_EPOCH, epoch);
    this.#key(END_KEY, end);
    this.#key(START_KEY, start);
    writer.field(ID, id);
    writer.head(REGION, mark);
  }

  #peer(tag: number, { id, store }: Peer): void {
    const mark = this.#writer.length;
    this.#writer.field(STORE_ID, store);
    this.#writer.field(PEER_ID, id);
    this.#writer.head(tag, mark);
  }

  #key(tag: number, position: number): void {
    const bytes = keyLength(position, this.#keyBytes);
    if (bytes === 0) return;
    const mark = this.#writer.length;
    this.#writer.fill(bytes, (buffer, at) => writeKey(position, bytes, buffer, at));
    this.#writer.head(tag, mark);
  }

  /** approximate_size, interval and approximate_keys, which change once a second. */
  #estimatesAt(second: bigint): Uint8Array {
    if (second !== this.#second) {
      this.#second = second;
      this.#estimates = RegionHeartbeatRequest.encode(
        RegionHeartbeatRequest.fromPartial({
          approximateSize: APPROXIMATE_SIZE,
          approximateKeys: APPROXIMATE_KEYS,
          interval: { startTimestamp: second - INTERVAL_SECONDS, endTimestamp: second },
        }),
      ).finish();
    }
    return this.#estimates;
  }
}
