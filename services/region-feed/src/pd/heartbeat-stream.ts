// The heartbeats of one store's regions. A region that changed is owed once, however often it changed: what is sent
// is its state at that moment. So a PD that reads slowly costs one entry for each region, and loses nothing.

import { ErrorType, RegionHeartbeatResponse } from '@syncline/proto/pdpb.ts';
import type { RawClientStream } from '@syncline/rpc/connect.ts';
import { traceparentOf } from '@syncline/telemetry/trace-context.ts';
import { ClientError, Status } from 'nice-grpc-common';
import type { Counts, Kind } from '../counts.ts';
import type { HeartbeatEncoder } from '../wire/heartbeat-encoder.ts';
import type { Operation } from '../world/mix.ts';
import type { Region } from '../world/region.ts';
import { Walk } from '../world/walk.ts';
import type { World } from '../world/world.ts';
import type { HeartbeatTraces } from './heartbeat-traces.ts';
import { checkHeader } from './pd-error.ts';

/** Messages handed to the transport at once: about a quarter of a MiB, so a stalled stream holds no more. */
const MOST_IN_A_TICK = 1_024;

/** What a stream works with. */
export interface HeartbeatStreamParts {
  /** The id of the store whose leaders it speaks for. */
  readonly store: number;
  readonly world: World;
  readonly encoder: HeartbeatEncoder;
  readonly counts: Counts;
  /** Undefined when nothing is traced. */
  readonly traces: HeartbeatTraces | undefined;
  /** Called when PD has answered with an error, and when it has ended the stream. */
  readonly onFailed: (error: unknown) => void;
}

/** One stream, for as long as it lasts. Work on it is done in ticks. */
export class HeartbeatStream {
  readonly #call: RawClientStream;
  readonly #parts: HeartbeatStreamParts;
  readonly #owed = new Map<Region, Operation>();
  readonly #report: Walk;
  /** The next region of the report, while there is one. */
  #told: Region | undefined;
  /** Messages that may still be written in this tick. */
  #room = 0;
  #wroteInTick = false;
  #full = false;

  constructor(call: RawClientStream, parts: HeartbeatStreamParts) {
    this.#call = call;
    this.#parts = parts;
    this.#report = new Walk(parts.world);
    this.#told = this.#report.next();
    call.onMessage((message) => this.#heard(message));
    call.onEnd(({ code, details }) =>
      parts.onFailed(
        new ClientError('/pdpb.PD/RegionHeartbeat', code === Status.OK ? Status.UNAVAILABLE : code, details),
      ),
    );
  }

  /** Regions whose heartbeat is due. */
  get owed(): number {
    return this.#owed.size;
  }

  /** Whether every region was told of since the stream was opened. */
  get reported(): boolean {
    return this.#told === undefined;
  }

  /** Whether there is more to send and the transport had, at the last write, not sent what it was given before. */
  get stuck(): boolean {
    return this.#full && (this.#owed.size > 0 || this.#told !== undefined);
  }

  /** Something happened to a region that this store leads. */
  owe(region: Region, operation: Operation): void {
    if (this.#owed.has(region)) this.#parts.counts.superseded++;
    this.#owed.set(region, operation);
  }

  /** Begins a tick and sends what is owed. */
  flush(nowNs: bigint): void {
    this.#room = MOST_IN_A_TICK;
    this.#wroteInTick = false;
    for (const [region, operation] of this.#owed) {
      if (this.#room === 0) return;
      this.#owed.delete(region);
      // Its new leader, or the region it was merged into, owes a newer heartbeat.
      if (this.#leads(region)) this.#send(region, operation, nowNs);
      else this.#parts.counts.superseded++;
    }
  }

  /** Tells of at most `most` regions that it has not told of yet; gives how many it was. */
  report(most: number, nowNs: bigint): number {
    let sent = 0;
    while (this.#told !== undefined && sent < most && this.#room > 0) {
      if (this.#leads(this.#told)) {
        this.#send(this.#told, 'report', nowNs);
        sent++;
      }
      this.#told = this.#report.next();
    }
    return sent;
  }

  /** The stream is given up: what it owed will be part of the next report. */
  abandon(): void {
    this.#parts.counts.superseded += this.#owed.size;
    this.#owed.clear();
    this.#call.cancel();
  }

  #leads(region: Region): boolean {
    return region.alive && region.leader.store === this.#parts.store;
  }

  /** The transport says "enough" after 16 messages; that the first of a tick is too many says that it is stuck. */
  #send(region: Region, kind: Kind, nowNs: bigint): void {
    const { encoder, counts, traces } = this.#parts;
    const span = traces?.begin(region, kind);
    const traceparent = span === undefined ? '' : traceparentOf(span.spanContext());
    const more = this.#call.write(encoder.encode(region, nowNs, traceparent));
    span?.end();
    counts.sent[kind]++;
    this.#room--;
    if (this.#wroteInTick) return;
    this.#wroteInTick = true;
    this.#full = !more;
    if (this.#full) this.#room = 0;
  }

  #heard(message: Buffer): void {
    try {
      const { header, regionId } = RegionHeartbeatResponse.decode(message);
      // PD says so of a single heartbeat and reads on; any other error concerns the stream.
      if (header?.error?.type === ErrorType.UNKNOWN) this.#parts.counts.refused++;
      else checkHeader(header);
      if (regionId !== 0n) this.#parts.counts.orders++;
    } catch (error) {
      this.#parts.onFailed(error);
    }
  }
}
