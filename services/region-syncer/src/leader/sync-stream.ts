// One SyncRegions call that has said what it wants: carries out what sync-machine.ts decides. It has no queue of its own,
// only a position. Invariant: about two frames wait in the transport, however slowly it is read.

import { FrameKind } from '@syncline/proto/region-frame.ts';
import type { RawCall } from '@syncline/rpc/raw-call.ts';
import { sleep } from '@syncline/runtime/clock.ts';
import { Stall } from '@syncline/runtime/stall.ts';
import { Status } from 'nice-grpc-common';
import { planJoin } from '../log/plan.ts';
import type { FramePieces } from '../wire/frame-writer.ts';
import type { SyncRequest } from '../wire/sync-request.ts';
import { HeldHistory } from './held-history.ts';
import { NoPlaceError } from './places.ts';
import { RecordSource } from './record-source.ts';
import { RegionSource } from './region-source.ts';
import { type EndReason, type StreamEnd, trailerOf } from './stream-ends.ts';
import { StreamFrames } from './stream-frames.ts';
import { joiningStream, syncStep, wantOf } from './sync-machine.ts';
import type { SyncOwner, SyncParts } from './sync-parts.ts';
import type { FramePlan, SyncEvent, SyncPhase, SyncState } from './sync-phase.ts';
import type { Pump } from './turns.ts';

/** Ids in one frame: fewer than a follower takes regions, and ten bytes each. */
const idsPerFrame = 1_000;

/** Frames of records that are read from disk at once. */
const framesAhead = 4;

/** A queue that holds less would not be reported as drained, see RawCall.onDrain. */
const leastQueueBytes = 64 * 1024;

export class SyncStream implements Pump {
  readonly request: SyncRequest;
  readonly call: RawCall;
  readonly sinceUnixMs: number;
  readonly #parts: SyncParts;
  readonly #owner: SyncOwner;
  readonly #isForced: boolean;
  readonly #frames: StreamFrames;
  readonly #records: RecordSource;
  readonly #sending = new Stall();
  readonly #held = new HeldHistory();
  #state: SyncState;
  #isCapturing = false;
  #snapshot = { beganMs: 0, bytes: 0 };
  #sentTo: number | undefined;
  #written = 0;
  #lastWriteMs: number;
  #blockedSinceMs: number | undefined;
  #ending: EndReason | undefined;

  /** `isForced`: it is sent all regions, whatever the follower has. Nothing is sent before run(). */
  constructor(call: RawCall, request: SyncRequest, isForced: boolean, parts: SyncParts, owner: SyncOwner) {
    const { replica, limits, clock } = parts;
    this.call = call;
    this.request = request;
    this.sinceUnixMs = Number(clock.now() / 1_000_000n);
    this.#parts = parts;
    this.#owner = owner;
    this.#isForced = isForced;
    this.#state = joiningStream(request.startIndex, request.ours);
    this.#lastWriteMs = clock.monotonic();
    this.#frames = new StreamFrames(parts, request.ours);
    this.#records = new RecordSource(
      replica,
      { frame: limits.logFrame, ahead: framesAhead },
      () => owner.wake(this),
      (error) =>
        this.end({ reason: 'disk', details: `the log cannot be read: ${String(error)}`, retryAfterMs: 0 }),
    );
    call.onDrain(() => this.#drained());
    call.signal.addEventListener('abort', () => this.#closed(), { once: true });
  }

  get phase(): SyncPhase {
    return this.#state.phase;
  }

  /** The follower's next record after its first snapshot on this stream; undefined before that is sent. */
  get sentTo(): number | undefined {
    return this.#sentTo;
  }

  /** For how long the transport has taken nothing while there was more to send, in ms. */
  get blockedMs(): number {
    return this.#blockedSinceMs === undefined ? 0 : this.#parts.clock.monotonic() - this.#blockedSinceMs;
  }

  run(untilMs: number): boolean {
    const { clock, maySend } = this.#parts;
    try {
      while (!this.call.signal.aborted) {
        if (!maySend()) {
          this.end({ reason: 'not-leader', details: 'not leader', retryAfterMs: 0 });
          return false;
        }
        if (this.#isFull) {
          this.#blockedSinceMs ??= clock.monotonic();
          return false;
        }
        if (!this.#advance()) return false;
        if (clock.monotonic() >= untilMs) return true;
      }
    } catch (error) {
      this.#fail(error);
    }
    return false;
  }

  /** To be called from time to time: ends it when it is stalled, and gives a sign of life `aheadMs` before it is due. */
  look(aheadMs: number): void {
    const { clock, awake, limits } = this.#parts;
    if (this.#sending.look(awake.monotonic(), this.#written, this.call.queuedBytes) >= limits.stallMs) {
      const details = `slow follower: took nothing for ${limits.stallMs} ms`;
      this.end({ reason: 'stalled', details, retryAfterMs: 0 });
    } else if (clock.monotonic() - this.#lastWriteMs + aheadMs >= limits.keepaliveMs) this.#sign();
  }

  /** Ends it after what is queued; the first reason counts. */
  end({ reason, details, retryAfterMs }: StreamEnd): void {
    if (this.#ending !== undefined) return;
    this.#ending = reason;
    this.call.end(Status.UNAVAILABLE, details, trailerOf(retryAfterMs));
  }

  get #isFull(): boolean {
    const { snapshotFrame, logFrame, inflightFrames } = this.#parts.limits;
    const frame = this.#held.regions === undefined ? logFrame : snapshotFrame;
    return this.call.queuedBytes >= Math.max(leastQueueBytes, (inflightFrames - 1) * frame.bytes);
  }

  /** Sends a frame, or does what has to come before. False when there is nothing to do now. */
  #advance(): boolean {
    const { phase } = this.#state;
    switch (wantOf(this.#state)) {
      case 'plan':
        this.#plan();
        return true;
      case 'capture':
        if (phase.kind === 'waiting' && !this.#isCapturing) void this.#capture(phase);
        return false;
      case 'ids':
        this.#sendIds(this.#captured);
        return true;
      case 'regions':
        this.#sendRegions(this.#captured);
        return true;
      case 'records':
        return 'cursor' in phase && this.#sendRecords(phase.cursor);
      case 'nothing':
        return false;
    }
  }

  get #captured(): RegionSource {
    const { regions } = this.#held;
    if (regions === undefined) throw new Error(`nothing was captured for ${this.#state.phase.kind}`);
    return regions;
  }

  #plan(): void {
    const { replica, counts } = this.#parts;
    const { phase } = this.#state;
    if (phase.kind !== 'planning') return;
    const { position, joining } = phase;
    const { term, takesDeltas } = this.request;
    const plan = planJoin(
      { position, term: joining ? term : 0, delta: takesDeltas, forced: this.#isForced && joining },
      { lineage: replica.lineage, log: replica.first, delta: replica.deltaFloor },
    );
    counts.joined(plan);
    if (plan.tier === 'replay') this.#held.holdLog(replica.pin(position));
    this.#take({ kind: 'planned', plan, next: replica.durable });
  }

  /** Never rejects. */
  async #capture(phase: SyncPhase & { kind: 'waiting' }): Promise<void> {
    const { replica, places, clock, limits } = this.#parts;
    const { signal } = this.call;
    const { losses } = this.#state;
    this.#isCapturing = true;
    try {
      if (losses > 0) await sleep(clock, limits.attemptWaitMs * 2 ** (losses - 1), signal);
      // Without a sign of life it would be taken for dead while it waits; it may wait when it joins anew.
      if (!phase.joining && !places.isFree) throw new NoPlaceError('all snapshots are taken');
      const place = await places.take(signal);
      const source = await RegionSource.open(replica, phase, place, signal);
      this.#held.holdRegions(source);
      if (signal.aborted) return this.#held.release();
      this.#snapshot = { beganMs: clock.monotonic(), bytes: 0 };
      const { tier, position, total, removed } = source;
      this.#take({ kind: 'captured', tier, position, total, removed });
      this.#owner.wake(this);
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof NoPlaceError)
        this.end({ reason: 'no-place', details: error.message, retryAfterMs: limits.attemptWaitMs });
      else this.#fail(error);
    } finally {
      this.#isCapturing = false;
    }
  }

  #sendIds(source: RegionSource): void {
    const ids = source.ids(idsPerFrame);
    this.#take({ kind: 'ids', count: ids.length }, (plan) => this.#frames.ids(plan, ids));
  }

  #sendRegions(source: RegionSource): void {
    const count = source.next(this.#parts.limits.snapshotFrame);
    this.#snapshot.bytes += source.runBytes;
    this.#take({ kind: 'regions', count }, (plan) => this.#frames.regions(plan, source));
  }

  #sendRecords(cursor: number): boolean {
    const { replica, frames } = this.#parts;
    const records = this.#records.next(cursor);
    switch (records) {
      case 'reading':
        return false;
      case 'gone':
        this.#take({ kind: 'gone' });
        return true;
      case 'caught up': {
        const isLive = this.#state.phase.kind === 'live';
        if (!isLive) this.#take({ kind: 'caught-up', next: replica.durable });
        return !isLive;
      }
      default: {
        const { first, count } = records;
        this.#take({ kind: 'records', first, count }, (plan) => {
          const make = () => this.#frames.records(plan, records);
          return plan.kind === FrameKind.LIVE
            ? frames.of(records, plan.previous, replica.term, this.request.ours, make)
            : make();
        });
        this.#held.advance(first + count);
        return true;
      }
    }
  }

  #sign(): void {
    const { replica, limits } = this.#parts;
    const { phase } = this.#state;
    if (this.call.queuedBytes > 0) return;
    // What was committed a moment ago would be passed over.
    if (phase.kind === 'live' && replica.read(phase.cursor, limits.logFrame) !== 'caught up') return;
    this.#take({ kind: 'quiet', next: replica.durable });
  }

  #take(event: SyncEvent, carry?: (plan: FramePlan) => FramePieces): void {
    const before = this.#state.phase.kind;
    const { state, frames } = syncStep(this.#state, event);
    this.#state = state;
    for (const [i, plan] of frames.entries()) {
      const pieces = i === 0 && carry !== undefined ? carry(plan) : this.#frames.empty(plan);
      for (const piece of pieces) this.#written += piece.length;
      this.#lastWriteMs = this.#parts.clock.monotonic();
      this.call.writeFramed(...pieces);
    }
    if (state.phase.kind !== before) this.#entered(before);
  }

  #entered(before: SyncPhase['kind']): void {
    const { limits, counts, clock } = this.#parts;
    const { phase, losses } = this.#state;
    if (phase.kind !== 'snapshot' && phase.kind !== 'delta') this.#held.releaseRegions();
    if (phase.kind === 'live') this.#held.release();
    if (before === 'catch-up' && (phase.kind === 'live' || phase.kind === 'planning')) {
      counts.snapshot(clock.monotonic() - this.#snapshot.beganMs, this.#snapshot.bytes);
      this.#sentTo ??= phase.kind === 'live' ? phase.cursor : phase.position;
    }
    if (phase.kind === 'over' || losses >= limits.attempts) {
      const details = 'the log does not hold what comes next';
      this.end({ reason: 'history-lost', details, retryAfterMs: limits.attemptWaitMs });
    }
  }

  #drained(): void {
    this.#parts.counts.blockedMs += this.blockedMs;
    this.#blockedSinceMs = undefined;
    this.#owner.wake(this);
  }

  #fail(error: unknown): void {
    this.#owner.fault(this, error);
    this.end({ reason: 'fault', details: 'internal error', retryAfterMs: 0 });
  }

  #closed(): void {
    this.#parts.counts.blockedMs += this.blockedMs;
    this.#blockedSinceMs = undefined;
    this.#held.release();
    this.#owner.closed(this, this.#ending ?? 'left');
  }
}
