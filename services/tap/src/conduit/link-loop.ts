// The loop of a conduit: it makes the connection at the proxy what is wanted. Everything it is told takes effect in the
// turn in which it is told, even while a Request hangs; only the loop itself awaits the proxy.
// Invariant: whatever may exist at the proxy is closed, or the budget for that is used up, before the loop is over.

import { Doorbell } from '@syncline/runtime/doorbell.ts';
import type { LoopWatch } from '@syncline/runtime/liveness.ts';
import { SupervisedLoop } from '@syncline/runtime/supervised-loop.ts';
import type { Prefix } from '@syncline/trench/prefix.ts';
import type { ConduitName } from '@syncline/trench/stream-name.ts';
import type { ConduitNote } from '../loop/note.ts';
import { Retry } from '../loop/retry.ts';
import type { Connection, ConnectionEvent } from '../ports.ts';
import type { LinkView } from '../stream/stream-view.ts';
import type { ConduitParts } from './conduit-parts.ts';
import { type ConduitStanding, type ConduitStep, nextStep, type RequestKind } from './decision.ts';
import { Link } from './link.ts';
import { LinkTimes } from './link-times.ts';
import { viewOf } from './link-view.ts';
import { type Caller, ProxyCalls } from './proxy-calls.ts';
import { VipPlan } from './vip-plan.ts';

/** Who is told, each in one turn: what is new, and that nothing is left of the connection. */
export interface LinkListener {
  viewed(view: LinkView): void;
  over(): void;
}

/** What is wanted of the connection. */
export interface LinkDemand {
  /** A stream of the conduit is wanted. */
  readonly isWanted: boolean;
  /** Streams whose loops are not over, wanted or not. */
  readonly streams: number;
}

/** Over as soon as nothing is wanted and nothing is left, which is at once unless something is wanted in the same turn. */
export class LinkLoop implements AsyncDisposable {
  readonly #name: ConduitName;
  readonly #parts: ConduitParts;
  readonly #listener: LinkListener;
  readonly #link: Link;
  readonly #plan = new VipPlan();
  readonly #calls: ProxyCalls;
  readonly #times: LinkTimes;
  readonly #retry: Retry;
  readonly #bell: Doorbell;
  readonly #loop: SupervisedLoop;
  #demand: LinkDemand = { isWanted: false, streams: 0 };
  #view: LinkView;
  #lastError: string | undefined;

  constructor(name: ConduitName, parts: ConduitParts, listener: LinkListener) {
    const { timings, clock, rng } = parts;
    this.#name = name;
    this.#parts = parts;
    this.#listener = listener;
    this.#link = new Link(timings.emptyGraceMs);
    this.#calls = new ProxyCalls(name, parts);
    this.#view = viewOf(this.#link, undefined);
    this.#times = new LinkTimes(timings, clock, rng);
    this.#retry = new Retry(timings.retry, clock, rng);
    this.#bell = new Doorbell(clock);
    const body = (watch: LoopWatch, signal: AbortSignal) => this.#run(watch, signal);
    this.#loop = new SupervisedLoop(`conduit ${name.conduit}.${name.trench}`, body, parts);
  }

  get link(): Link {
    return this.#link;
  }

  get view(): LinkView {
    return this.#view;
  }

  /** As the configuration has them; none while it is unknown. */
  get vips(): readonly Prefix[] {
    return this.#plan.vips;
  }

  /** Why the last attempt failed; undefined when it did not. */
  get lastError(): string | undefined {
    return this.#lastError;
  }

  /** When the link became what it is; wall clock, for display. */
  get sinceUnixMs(): number {
    return this.#times.sinceUnixMs;
  }

  get isRequesting(): boolean {
    return this.#calls.isRequesting;
  }

  /** What is wanted from here on. A Request that nobody wants any more is aborted in this turn. */
  setDemand(demand: LinkDemand): void {
    const before = this.#demand;
    this.#demand = demand;
    if (before.isWanted !== demand.isWanted) {
      this.#retry.reset();
      this.#times.demandChanged();
      if (!demand.isWanted) this.#calls.cancelRequest();
    }
    this.#bell.ring();
  }

  setVips(vips: readonly Prefix[]): void {
    this.#plan.set(vips);
    this.#change(() => this.#link.setVips(vips, this.#nowMs()));
  }

  monitorOpened(): void {
    this.#link.monitorOpened();
  }

  hear(event: ConnectionEvent): void {
    const { snapshot, emptyAtMs } = this.#link;
    this.#change(() => this.#link.hear(event, this.#nowMs()));
    const isOther = this.#link.snapshot?.epoch !== snapshot?.epoch;
    if (isOther || this.#link.emptyAtMs < emptyAtMs) this.#times.doubted();
  }

  /** Ends the loop as it is: nothing is closed any more. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#loop[Symbol.asyncDispose]();
  }

  async #run(watch: LoopWatch, signal: AbortSignal): Promise<void> {
    for (;;) {
      const step = nextStep(this.#standing(), this.#nowMs());
      if (step.kind === 'over') return this.#listener.over();
      await this.#take(step, { watch, signal });
    }
  }

  #standing(): ConduitStanding {
    const { kind, mayExist, hasHeardInitial, emptyAtMs } = this.#link;
    const { recoverByMs, healAtMs, renewAtMs, closeByMs } = this.#times;
    return {
      ...this.#demand,
      link: kind,
      mayExist,
      hasHeardInitial,
      recoverByMs,
      retryAtMs: this.#retry.atMs,
      healAtMs,
      renewAtMs,
      emptyAtMs,
      closeByMs,
      isEgressDue: this.#plan.isDue(this.#link),
    };
  }

  async #take(step: Exclude<ConduitStep, { kind: 'over' }>, caller: Caller): Promise<void> {
    switch (step.kind) {
      case 'connect':
      case 'reselect':
      case 'update':
        return await this.#request(step.kind, caller);
      case 'close':
        return await this.#close(caller);
      case 'believe-empty':
        return this.#change(() => this.#link.believeEmpty());
      case 'give-up':
        this.#note({ kind: 'close-given-up' });
        return this.#change(() => this.#link.closed());
      case 'rest':
        caller.watch.idle('a change, or the next renewal');
        return await this.#bell.wait(step.untilMs - this.#nowMs(), caller.signal);
    }
  }

  async #request(kind: RequestKind, caller: Caller): Promise<void> {
    const basis = this.#link.connection;
    const egress = kind === 'update' ? this.#plan.egress(this.#link) : undefined;
    const reselect = kind === 'reselect' || basis?.state === 'down';
    if (reselect) this.#times.healing();
    this.#link.asking();
    this.#times.asking();
    try {
      const answer = await this.#calls.request(kind, { basis, reselect, addresses: egress }, caller);
      // Cancelled by setDemand(): what the proxy makes of it is closed with the rest.
      if (answer === undefined) return;
      this.#plan.asked(egress);
      this.#change(() => this.#answered(answer));
      this.#note({ kind: kind === 'update' ? 'renewed' : 'connected' });
    } catch (error) {
      caller.signal.throwIfAborted();
      this.#failed(error);
    }
  }

  #answered(answer: Connection): void {
    this.#lastError = undefined;
    this.#retry.reset();
    this.#times.renewed();
    if (!this.#link.answered(answer, this.#nowMs())) this.#times.doubted();
    // Deleted while the Request was under way: as if it had failed.
    if (this.#link.kind === 'none' || this.#link.kind === 'lost') this.#retry.failed();
  }

  async #close(caller: Caller): Promise<void> {
    const basis = this.#link.connection;
    this.#times.closing();
    this.#change(() => this.#link.closing());
    const leftMs = this.#times.closeByMs - this.#nowMs();
    try {
      await this.#calls.close(basis, Math.min(this.#parts.timings.closeCallMs, leftMs), caller);
      this.#lastError = undefined;
      this.#retry.reset();
      this.#change(() => this.#link.closed());
      this.#note({ kind: 'closed' });
    } catch (error) {
      caller.signal.throwIfAborted();
      this.#failed(error);
    }
  }

  #failed(thrown: unknown): void {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    this.#retry.failed();
    this.#change(() => {
      this.#lastError = error.message;
    });
    this.#note({ kind: 'attempt-failed', error });
  }

  /** Changes what is known of the link, in one turn with all that follows from it. */
  #change(change: () => void): void {
    const { kind, snapshot, isCertain } = this.#link;
    change();
    const { link } = this;
    if (link.kind !== kind) this.#moved();
    if (link.snapshot !== undefined && link.snapshot !== snapshot)
      this.#note({ kind: 'addresses', epoch: link.snapshot.epoch, ips: link.snapshot.localIps });
    if (isCertain && !link.isCertain) this.#note({ kind: 'addresses-unknown' });
    this.#show();
    this.#bell.ring();
  }

  /** The link became another. */
  #moved(): void {
    const { kind, detail } = this.#link;
    this.#times.moved(kind);
    if (kind === 'lost') {
      this.#plan.asked(undefined);
      // A proxy that deletes each connection it makes is not asked as fast as it deletes.
      this.#retry.failed();
    }
    if (kind === 'down' || kind === 'lost') this.#note({ kind: 'link-down', detail });
  }

  #show(): void {
    const view = viewOf(this.#link, this.#lastError);
    const before = this.#view;
    if (before.state === view.state && before.detail === view.detail && before.snapshot === view.snapshot)
      return;
    this.#view = view;
    this.#listener.viewed(view);
  }

  #note(note: ConduitNote): void {
    this.#parts.notes.conduit(this.#name, note);
  }

  #nowMs(): number {
    return this.#parts.clock.monotonic();
  }
}
