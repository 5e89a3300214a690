// The streams of all followers, one for each name. Invariants: the newest stream of a name is the one that lasts, but not
// too often; when the leading ends, so do all of them at once, each with a status.

import type { RawCall } from '@syncline/rpc/raw-call.ts';
import type { Timer } from '@syncline/runtime/clock.ts';
import type { Logger } from '@syncline/telemetry/logger.ts';
import { UnknownStreamError } from '../service/member.ts';
import type { SyncRequest } from '../wire/sync-request.ts';
import { Evictions } from './evictions.ts';
import { ForcedSnapshots } from './forced-snapshots.ts';
import type { StreamEnd } from './stream-ends.ts';
import { StreamRefusedError } from './stream-refusals.ts';
import type { SyncParts } from './sync-parts.ts';
import { SyncStream } from './sync-stream.ts';
import type { Turns } from './turns.ts';

/** How often streams are looked at, as a part of what is looked for. */
const looksPerLimit = 20;

export class Streams implements Disposable {
  readonly #parts: SyncParts;
  readonly #turns: Turns;
  readonly #logger: Logger;
  readonly #evictions: Evictions;
  readonly #byName: Map<string, SyncStream> = new Map();
  readonly #forced: ForcedSnapshots;
  readonly #lookMs: number;
  #look: Timer | undefined;

  constructor(parts: SyncParts, turns: Turns, logger: Logger) {
    const { limits, clock } = parts;
    this.#parts = parts;
    this.#turns = turns;
    this.#logger = logger;
    this.#evictions = new Evictions(
      { most: limits.evictions, windowMs: limits.evictionWindowMs, names: limits.streams },
      clock,
    );
    this.#forced = new ForcedSnapshots(limits.streams);
    this.#lookMs = Math.min(limits.stallMs, limits.keepaliveMs) / looksPerLimit;
  }

  /** Those that are open. */
  get open(): readonly SyncStream[] {
    return [...this.#byName.values()];
  }

  /** Whether one of them is sent records as they are made. */
  get areLive(): boolean {
    return this.open.some(({ phase }) => phase.kind === 'live');
  }

  /** Takes in a call with what it wants. Throws StreamRefusedError. */
  join(call: RawCall, request: SyncRequest): void {
    const { name } = request.member;
    const { limits } = this.#parts;
    const older = this.#byName.get(name);
    if (older === undefined && this.#byName.size >= limits.streams)
      throw new StreamRefusedError(
        'streams',
        `${limits.streams} followers have a stream; one must leave before another can join`,
      );
    if (older !== undefined) this.#replace(name, older);
    const order = this.#forced.due(name, request.startIndex);
    const stream = new SyncStream(call, request, order !== undefined, this.#parts, {
      wake: (woken) => this.#turns.wake([woken]),
      closed: (closed, reason) => {
        if (order !== undefined) order.sentTo ??= closed.sentTo;
        this.#parts.counts.ended(reason);
        this.#turns.forget(closed);
        if (this.#byName.get(name) === closed) this.#byName.delete(name);
        this.#logger.info({ follower: name, peer: call.peer, reason }, 'a follower has left');
      },
      fault: (_, err) => this.#logger.error({ err, follower: name }, 'a stream failed'),
    });
    this.#byName.set(name, stream);
    this.#look ??= this.#lookLater();
    const { startIndex, ours } = request;
    this.#logger.info({ follower: name, peer: call.peer, startIndex, ours }, 'a follower joins');
    this.#turns.wake([stream]);
  }

  /** Records were committed. */
  wake(): void {
    this.#turns.wake(this.#byName.values());
  }

  /**
   * Ends the stream of this name; the next one, and the one after it until all regions were sent and taken, begins with
   * a snapshot. Throws UnknownStreamError, TooManyOrdersError.
   */
  force(name: string): void {
    const stream = this.#byName.get(name);
    if (stream === undefined) throw new UnknownStreamError(name);
    this.#forced.order(name);
    stream.end({ reason: 'forced', details: 'a snapshot was asked for', retryAfterMs: 0 });
  }

  /** Ends all; each is told so after what waits for it. Gives how many they were. */
  endAll(end: StreamEnd): number {
    const open = [...this.#byName.values()];
    for (const stream of open) stream.end(end);
    return open.length;
  }

  [Symbol.dispose](): void {
    this.#look?.clear();
  }

  #replace(name: string, older: SyncStream): void {
    const waitMs = this.#evictions.evict(name);
    if (waitMs > 0)
      throw new StreamRefusedError(
        'twin',
        `name ${JSON.stringify(name)}: it has a stream, and streams of this name have replaced each other too often; ` +
          `a newer one is taken in ${Math.ceil(waitMs)} ms`,
        waitMs,
      );
    older.end({ reason: 'replaced', details: 'a newer stream has this name', retryAfterMs: 0 });
  }

  #lookLater(): Timer {
    return this.#parts.awake.setTimer(this.#lookMs, () => {
      for (const stream of this.#byName.values()) stream.look(this.#lookMs);
      this.#look = this.#byName.size > 0 ? this.#lookLater() : undefined;
    });
  }
}
