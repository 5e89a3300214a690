// A sync's session with its device: runs what the state machine decides. Each event goes through one door,
// #dispatch, so that the machine alone says where the session is.

import type { ModelData } from '@syncline/proto/gnmi.ts';
import { Backoff } from '@syncline/runtime/backoff.ts';
import type { Clock, Timer } from '@syncline/runtime/clock.ts';
import { Exchange } from './exchange.ts';
import { Ingest } from './ingest.ts';
import { idleSession, transition } from './machine.ts';
import { NextEpoch } from './next-epoch.ts';
import type { SessionContext, SessionSpec } from './spec.ts';
import type { Pace, SessionEffect, SessionEvent, SessionState, Why } from './state.ts';
import { SessionTrace } from './trace.ts';

/** A session as Status shows it. */
export interface SessionView {
  readonly state: SessionState;
  /** Wall-clock time of the next attempt, nanoseconds since 1970; 0 when none is planned. */
  readonly retryAtNs: bigint;
  /** Attempts since the last run that lasted. */
  readonly attempts: number;
  /** How long the device's stream was held back so far. */
  readonly pausedMs: number;
  /** Epochs begun, by why. */
  readonly begun: ReadonlyMap<Why, number>;
}

/** The session of one sync for as long as its datastore exists. */
export class Session {
  readonly #spec: SessionSpec;
  readonly #context: SessionContext;
  readonly #ingest: Ingest;
  readonly #exchange: Exchange;
  readonly #backoff: Backoff;
  readonly #begun = new Map<Why, number>();
  readonly #nextEpoch = new NextEpoch();
  #state: SessionState;
  #timer: Timer | undefined;
  #retryAtNs = 0n;

  constructor(spec: SessionSpec, context: SessionContext) {
    const { clock, awake, rng, host, openLine, settings, traced } = context;
    const trace = traced ? new SessionTrace(spec.datastoreName, spec.name) : undefined;
    this.#spec = spec;
    this.#context = context;
    this.#state = idleSession(spec.epoch);
    this.#backoff = new Backoff(settings.retry, clock, rng);
    this.#ingest = new Ingest({
      datastore: spec.datastore,
      sync: spec.slot,
      highWaterBytes: settings.ingestBytes,
      clock: awake,
      send: (message, transfer) => host.send(message, transfer),
      ...(trace !== undefined && { trace: (epoch, bytes) => trace.batch(epoch, bytes) }),
      hold: (go) => context.hold(spec.datastore, go),
      onIdle: () => this.#drained(),
    });
    this.#exchange = new Exchange({
      spec,
      openLine,
      ingest: this.#ingest,
      trace,
      events: {
        event: (event) => this.#dispatch(event),
        begun: (epoch, why) => this.#count(epoch, why),
      },
    });
  }

  get name(): string {
    return this.#spec.name;
  }

  /** The models the device has announced last. */
  get models(): readonly ModelData[] {
    return this.#exchange.models;
  }

  get view(): SessionView {
    return {
      state: this.#state,
      retryAtNs: this.#retryAtNs,
      attempts: this.#backoff.attempts,
      pausedMs: Math.round(this.#ingest.pausedMs),
      begun: this.#begun,
    };
  }

  /** Begins, now that the core has the datastore open. */
  start(why: Why): void {
    const { datastore, slot } = this.#spec;
    this.#context.host.onSync(datastore, slot, {
      ingested: () => this.#ingest.ingested(),
      sealed: (epoch) => this.#dispatch({ kind: 'sealed', epoch }),
      synced: (epoch) => this.#dispatch({ kind: 'committed', epoch }),
    });
    this.#dispatch({ kind: 'start', why });
  }

  /** Ends, and says why in the session's detail. What was received still reaches the core. */
  stop(detail: string): void {
    this.#dispatch({ kind: 'stop', detail });
  }

  /** The core worker is gone: the session waits to be started again. */
  lost(detail: string): void {
    this.#dispatch({ kind: 'lost', detail });
  }

  /**
   * Reads the device's whole tree again; resolves with the new epoch once it has begun. Rejects with
   * SessionFailedError when the attempt fails, and with the signal's reason.
   */
  async resync(signal: AbortSignal): Promise<number> {
    const begun = this.#nextEpoch.wait(signal);
    this.#dispatch({ kind: 'resync' });
    return begun;
  }

  #dispatch(event: SessionEvent): void {
    const before = this.#state.phase.kind;
    const { plan } = this.#spec;
    const { state, effects } = transition(plan, this.#state, event, this.#context.awake.monotonic());
    this.#state = state;
    const { phase, detail } = state;
    if (phase.kind !== before) {
      this.#timer?.clear();
      this.#retryAtNs = 0n;
      this.#log();
    }
    for (const effect of effects) this.#perform(effect);
    if (phase.kind === 'idle' || phase.kind === 'backoff') this.#nextEpoch.failed(detail);
    if (phase.kind === 'syncing' && phase.over) this.#drained();
  }

  #log(): void {
    const { phase, epoch, why, detail } = this.#state;
    const { logger } = this.#context;
    const { datastoreName, name } = this.#spec;
    const facts = { datastore: datastoreName, sync: name, state: phase.kind, epoch, why, detail };
    if (phase.kind === 'backoff') logger.warn(facts, 'session interrupted');
    else if (phase.kind === 'synced' || phase.kind === 'done') logger.info(facts, 'session synced');
    else logger.debug(facts, 'session');
  }

  #perform(effect: SessionEffect): void {
    switch (effect.kind) {
      case 'connect':
        return this.#exchange.connect();
      case 'subscribe':
        return this.#exchange.subscribe(effect);
      case 'poll':
        return this.#exchange.poll(effect);
      case 'hangUp':
        return this.#exchange.hangUp();
      case 'disconnect':
        return this.#exchange.disconnect();
      case 'finish':
        return this.#ingest.finish();
      case 'forget':
        return this.#ingest.forget();
      case 'healthy':
        return this.#backoff.running();
      case 'wait':
        return this.#wait(effect.pace);
      case 'check':
        return this.#check(effect.inMs);
    }
  }

  #count(epoch: number, why: Why): void {
    this.#begun.set(why, (this.#begun.get(why) ?? 0) + 1);
    this.#nextEpoch.begun(epoch);
  }

  /** A ONCE stream that is over is complete when the core has read all of it. */
  #drained(): void {
    const { phase } = this.#state;
    if (phase.kind === 'syncing' && phase.over && this.#ingest.idle) this.#dispatch({ kind: 'drained' });
  }

  #wait(pace: Pace): void {
    const { clock, settings } = this.#context;
    const inMs = this.#backoff.next() + (pace === 'slow' ? settings.slowRetryMs : 0);
    this.#retryAtNs = clock.now() + BigInt(Math.round(inMs)) * 1_000_000n;
    this.#setTimer(clock, inMs);
  }

  /** A device has its time while it can be heard; the next poll comes when it is due, since what is shown grows old. */
  #check(inMs: number): void {
    const { clock, awake } = this.#context;
    this.#setTimer(this.#state.phase.kind === 'syncing' ? awake : clock, inMs);
  }

  #setTimer(clock: Clock, inMs: number): void {
    this.#timer?.clear();
    this.#timer = clock.setTimer(inMs, () =>
      this.#dispatch({ kind: 'due', lastDataMs: this.#ingest.lastDataMs }),
    );
  }
}
