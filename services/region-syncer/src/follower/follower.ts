// Runs what the state machine decides: one leader, one call, one frame at a time. Each event goes through one door,
// #dispatch, so that the machine alone says where the follower is.
// Invariants: a frame is taken only when what the one before it asked for is done; nothing is taken while the disk lags.

import { Backoff } from '@syncline/runtime/backoff.ts';
import type { LoopWatch } from '@syncline/runtime/liveness.ts';
import { SupervisedLoop } from '@syncline/runtime/supervised-loop.ts';
import type { Replica } from '../replica/replica.ts';
import type { Peer } from '../service/member.ts';
import type { Frame } from '../wire/frame.ts';
import { Copy } from './copy.ts';
import { Exchange } from './exchange.ts';
import type { FollowerParts } from './follower-parts.ts';
import { ForcedMark } from './forced-mark.ts';
import { FrameReader, summaryOf } from './frame-reader.ts';
import { Inbox } from './inbox.ts';
import { Lag } from './lag.ts';
import { LeaderAddresses } from './leader-addresses.ts';
import { idleFollower, transition } from './machine.ts';
import { Pulse } from './pulse.ts';
import type { FollowerEffect, FollowerEvent, FollowerState, Held, Tier } from './state.ts';
import { Tally } from './tally.ts';

/** What went wrong last. */
export interface LastError {
  readonly message: string;
  readonly atUnixMs: number;
}

/** Disposing it ends the connection; what was received and not applied is asked for at the next start. */
export class Follower implements AsyncDisposable {
  readonly tally: Tally = new Tally();
  readonly lag: Lag;
  readonly #parts: FollowerParts;
  readonly #copy: Copy;
  readonly #inbox: Inbox;
  readonly #addresses: LeaderAddresses;
  readonly #exchange: Exchange;
  readonly #pulse: Pulse;
  readonly #backoff: Backoff;
  readonly #mark: ForcedMark;
  readonly #stop = new AbortController();
  readonly #reader: FrameReader;
  readonly #disk: Disposable;
  readonly #loop: SupervisedLoop;
  #state: FollowerState;
  #isTaking = false;
  #heardAtMs: number | undefined;
  #lastError: LastError | undefined;
  #lastJoin = '';

  /** Follows from where the store stands. Rejects with what the store refuses. */
  static async start(parts: FollowerParts): Promise<Follower> {
    return new Follower(parts, await parts.store.call('isSnapshotForced'));
  }

  private constructor(parts: FollowerParts, forced: boolean) {
    const { replica, identity, openLink, clientUrls, settings, clock, awake, rng, store, logger } = parts;
    const { signal } = this.#stop;
    this.#parts = parts;
    this.#state = idleFollower(heldBy(replica), forced);
    this.lag = new Lag(clock);
    this.#copy = new Copy(replica, this.tally, clock, identity.name, signal);
    this.#backoff = new Backoff(settings.retry, clock, rng);
    this.#reader = new FrameReader(settings.frame, identity);
    this.#inbox = new Inbox(settings.applyFrames);
    this.#addresses = new LeaderAddresses(parts.leaderAddresses);
    this.#exchange = new Exchange({
      identity,
      addresses: this.#addresses,
      openLink,
      clientUrls,
      inbox: this.#inbox,
      events: {
        reached: (leader, isOther) => {
          if (isOther) this.lag.forget();
          this.#dispatch({ kind: 'reached', leader });
        },
        lost: () => this.#dispatch({ kind: 'lost' }),
        failed: (why, detail) => this.#dispatch({ kind: 'failed', why, detail, next: replica.next }),
      },
    });
    this.#pulse = new Pulse({
      clock: awake,
      silenceMs: settings.silenceMs,
      isBusy: () => this.#isTaking || this.#inbox.isFilled,
      due: () => this.#dispatch({ kind: 'due' }),
    });
    this.#mark = new ForcedMark({
      store,
      clock,
      logger,
      retryMs: settings.retry.maxMs,
      wanted: () => (this.#state.forced ? this.#state.held.term : undefined),
      isFlipping: () => this.#state.phase.kind === 'completing',
      signal,
    });
    this.#disk = this.#heedDisk();
    this.#loop = new SupervisedLoop('follower', (watch, over) => this.#run(watch, over), parts);
    this.#dispatch({ kind: 'start' });
  }

  get state(): FollowerState {
    return this.#state;
  }

  /** Who answered at the leader's address last; undefined before it did. */
  get leader(): Peer | undefined {
    return this.#exchange.leader;
  }

  /** Where it was looked for last. */
  get leaderAddress(): string {
    return this.#addresses.current;
  }

  /** How long ago the leader's last frame came, in ms, stops of this process included; undefined before the first. */
  get heardMs(): number | undefined {
    return this.#heardAtMs === undefined ? undefined : this.#parts.clock.monotonic() - this.#heardAtMs;
  }

  get lastError(): LastError | undefined {
    return this.#lastError;
  }

  /** Why the last stream began as it did; '' before the first. */
  get lastJoin(): string {
    return this.#lastJoin;
  }

  /**
   * Takes all regions anew, and says why; what is held is served until they are there. Resolves when a restart does not
   * undo it. Rejects with what the store refuses, and with the signal's reason; it takes them anew all the same.
   */
  reset(reason: string, signal: AbortSignal): Promise<void> {
    this.#dispatch({ kind: 'reset', reason });
    return this.#mark.kept(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disk[Symbol.dispose]();
    this.#dispatch({ kind: 'stop' });
    this.#stop.abort();
    await this.#loop[Symbol.asyncDispose]();
  }

  /** While the disk does not take what it is given, nothing is taken from the leader. */
  #heedDisk(): Disposable {
    const { replica } = this.#parts;
    const hold = () => this.#inbox.hold(replica.pressed || replica.degraded !== undefined);
    const ends = [
      replica.onPressed(hold),
      replica.onDegraded(hold),
      replica.onRefused((error) => this.#note(error.message)),
    ];
    hold();
    return {
      [Symbol.dispose]: () => {
        for (const end of ends) end();
      },
    };
  }

  async #run(watch: LoopWatch, signal: AbortSignal): Promise<void> {
    try {
      for (;;) {
        watch.idle('a frame of the leader');
        const arrival = await this.#inbox.next(signal);
        this.#isTaking = true;
        watch.phase('take a frame', this.#parts.settings.frameDeadlineMs, 'the copy');
        if (arrival.kind === 'message') await this.#take(arrival.message);
        else this.#dispatch({ kind: 'ended', detail: arrival.end.reason });
        this.#isTaking = false;
      }
    } catch (error) {
      // What was under way when it was to end is abandoned, in whatever way.
      signal.throwIfAborted();
      throw error;
    }
  }

  async #take(message: Buffer): Promise<void> {
    this.#heardAtMs = this.#parts.clock.monotonic();
    const read = this.#reader.read(message);
    if (read.kind !== 'frame') return this.#dispatch(read);
    const { frame } = read;
    this.#noteFaults(frame);
    this.#copy.take(frame);
    this.#dispatch({ kind: 'frame', frame: summaryOf(frame) });
    const { phase } = this.#state;
    // A PD does not say how far it is: where its last record was.
    if (frame.kind !== 0) this.lag.told(frame.leaderNext, frame.leaderUnixMs);
    else if (phase.kind === 'live' || phase.kind === 'replaying')
      this.lag.told(frame.startIndex + frame.run.count + frame.run.refused, 0);
    const outcome = await this.#copy.settled();
    if (outcome !== undefined) this.#dispatch(outcome);
    this.lag.applied(this.#parts.replica.next);
  }

  /** A PD whose frames are so may send many: the first of each kind is enough for the log. */
  #noteFaults({ incomplete, startIndex }: Frame): void {
    for (const list of incomplete)
      if (this.tally.incomplete(list) === 1)
        this.#parts.logger.warn({ list, startIndex }, 'a frame of the leader is not taken whole');
  }

  #dispatch(event: FollowerEvent): void {
    const before = this.#state;
    const { state, effects } = transition(this.#parts.settings.plan, before, event);
    this.#state = state;
    if (state.phase.kind !== before.phase.kind) this.#entered(state);
    this.#countTerm(state.held.term);
    // A flip forgets the mark, and a reset the terms: what is wanted after either has to be marked anew.
    const isNew = !before.forced || event.kind === 'completed' || event.kind === 'reset';
    if (state.forced && isNew) this.#mark.set();
    else if (before.phase.kind === 'completing' && event.kind !== 'stop') this.#mark.settle();
    for (const effect of effects) this.#perform(effect);
  }

  /** The replica counts the terms that the state does: a reset forgets them, and a flip that was under way does not. */
  #countTerm(term: number): void {
    const { replica } = this.#parts;
    if (term > replica.term) replica.seeTerm(term);
    else if (term < replica.term) replica.forgetTerms(term);
  }

  #entered({ phase, held, why, detail }: FollowerState): void {
    this.#pulse.clear();
    const { logger } = this.#parts;
    const facts = { state: phase.kind, next: held.next, why, detail };
    if (phase.kind === 'backing-off') {
      this.tally.ended(why);
      this.#note(`${why}: ${detail}`);
      logger.warn(facts, 'not following');
    } else if (phase.kind === 'live') logger.info(facts, 'following');
    else logger.debug(facts, 'follower');
  }

  #perform(effect: FollowerEffect): void {
    switch (effect.kind) {
      case 'connect':
        return this.#exchange.connect();
      case 'ask':
        return this.#exchange.ask(effect.index, this.#state.held.term);
      case 'list':
        return this.#exchange.list();
      case 'hang-up':
        return this.#exchange.hangUp();
      case 'disconnect':
        return this.#exchange.disconnect();
      case 'joined':
        return this.#joined(effect.tier);
      case 'healthy':
        return this.#backoff.running();
      case 'wait':
        return this.#pulse.wait(this.#backoff.next());
      case 'watch':
        return this.#pulse.watch();
      case 'apply':
      case 'skip':
      case 'move':
      case 'delta':
      case 'rebase':
      case 'begin':
      case 'stage':
      case 'catch-up':
      case 'complete':
      case 'drop':
      case 'compare':
        return this.#copy.perform(effect);
    }
  }

  #joined(tier: Tier): void {
    const { why, detail } = this.#state;
    this.tally.joined(tier, why);
    this.#lastJoin = detail === '' ? why : `${why}: ${detail}`;
    this.#parts.logger.info({ tier, why, detail }, 'joined');
  }

  #note(message: string): void {
    this.#lastError = { message, atUnixMs: Number(this.#parts.clock.now() / 1_000_000n) };
  }
}

/** What a replica holds, as the state machine has it. */
function heldBy({ next, source, term }: Replica): Held {
  return source.kind === 'none' ? { next: 0, origin: undefined, term } : { next, origin: source, term };
}
