// What a session says to its device and hears from it: one channel at a time, one call at a time on it.
// An event of a channel or call that was given up never comes out.

import type { ModelData } from '@syncline/proto/gnmi.ts';
import { WireError } from '@syncline/protobuf/wire-error.ts';
import { asSubscribeResponses } from './get-answer.ts';
import type { Ingest, Source } from './ingest.ts';
import { type CallEnd, callEndOf, type Line, type OpenLine, type Subscribed } from './line.ts';
import { getRequest, subscribeRequest } from './request.ts';
import type { SessionSpec } from './spec.ts';
import type { SessionEffect, SessionEvent, Why } from './state.ts';
import type { SessionTrace } from './trace.ts';

/** What an exchange reports. */
export interface ExchangeEvents {
  event(event: Extract<SessionEvent, { kind: 'reached' | 'offered' | 'failed' | 'ended' }>): void;
  /** The core was told that the epoch has begun. */
  begun(epoch: number, why: Why): void;
}

export interface ExchangeParts {
  readonly spec: SessionSpec;
  readonly openLine: OpenLine;
  readonly ingest: Ingest;
  readonly trace: SessionTrace | undefined;
  readonly events: ExchangeEvents;
}

/** A poll's answer is here as a whole: there is nothing to hold back. */
const unhurried: Source = { pause() {}, resume() {} };

/** A session's device. */
export class Exchange {
  readonly #parts: ExchangeParts;
  #line: Line | undefined;
  #call: Subscribed | undefined;
  #models: readonly ModelData[] = [];

  constructor(parts: ExchangeParts) {
    this.#parts = parts;
  }

  /** The models the device has announced last. */
  get models(): readonly ModelData[] {
    return this.#models;
  }

  /** Opens a channel and asks for Capabilities. */
  connect(): void {
    const { spec, openLine, events } = this.#parts;
    let line: Line;
    try {
      line = openLine(spec.endpoint);
    } catch (error) {
      // A certificate that cannot be read, for one. Not in this tick: the machine's step has more effects.
      queueMicrotask(() => this.#line === undefined && this.#ended(callEndOf(error)));
      return;
    }
    this.#line = line;
    const current = () => this.#line === line;
    line.onConnected(() => current() && events.event({ kind: 'reached' }));
    line.capabilities().then(
      ({ offer, models }) => {
        if (!current()) return;
        this.#models = models;
        events.event({ kind: 'offered', offer });
      },
      (error) => current() && this.#ended(callEndOf(error)),
    );
  }

  /** Subscribes, and begins the epoch. */
  subscribe({ epoch, terms, why }: Extract<SessionEffect, { kind: 'subscribe' }>): void {
    const { spec, ingest } = this.#parts;
    const request = subscribeRequest(spec.interest, spec.plan.mode, terms);
    const call = this.#traced(epoch, why, () =>
      this.#line?.subscribe(
        request,
        (message) => ingest.append(message),
        (end) => this.#ended(end),
      ),
    );
    this.#call = call;
    if (call !== undefined) this.#begin(epoch, why, call);
  }

  /** Gets the tree, path by path; the epoch begins when all have been answered. */
  poll({ epoch, terms, why }: Extract<SessionEffect, { kind: 'poll' }>): void {
    const { interest } = this.#parts.spec;
    const answers: Uint8Array[] = [];
    const ask = () => {
      const path = interest.paths[answers.length];
      if (path === undefined) return this.#answered(epoch, why, Buffer.concat(answers));
      const answered = (answer: Uint8Array) => {
        answers.push(answer);
        ask();
      };
      this.#call = this.#line?.get(getRequest(interest, path, terms), answered, (end) => {
        // The path is valid and there is nothing: that is an answer, and what was there is gone.
        if (end.code === 'NOT_FOUND') answered(new Uint8Array(0));
        else this.#ended(end);
      });
    };
    this.#traced(epoch, why, ask);
  }

  /** Ends the call and keeps the channel. */
  hangUp(): void {
    this.#call?.hangUp();
    this.#call = undefined;
  }

  /** Ends the call and closes the channel. */
  disconnect(): void {
    this.hangUp();
    this.#line?.[Symbol.dispose]();
    this.#line = undefined;
  }

  #traced<Opened>(epoch: number, why: Why, open: () => Opened): Opened {
    const { trace } = this.#parts;
    return trace === undefined ? open() : trace.begin(epoch, why, open);
  }

  /** Encoded messages of one type, one behind the other, are one message with the repeated fields of all. */
  #answered(epoch: number, why: Why, answers: Uint8Array): void {
    this.#begin(epoch, why, unhurried);
    try {
      asSubscribeResponses(answers, (message) => this.#parts.ingest.append(message));
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.#ended({ code: 'INTERNAL', message: `unreadable GetResponse: ${error.message}` });
    }
  }

  #begin(epoch: number, why: Why, source: Source): void {
    this.#parts.ingest.begin(epoch, source);
    this.#parts.events.begun(epoch, why);
  }

  #ended({ code, message }: CallEnd): void {
    this.#parts.events.event(code === 'OK' ? { kind: 'ended' } : { kind: 'failed', code, message });
  }
}
