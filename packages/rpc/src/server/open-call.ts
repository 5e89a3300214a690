// One call in progress. It owns the call's signal and its end: exactly one status is sent, whoever is first of
// handler, client, deadline and server stop; everything after that is ignored.

import type { ServerSurfaceCall } from '@grpc/grpc-js/build/src/server-call.js';
import type { Clock } from '@syncline/runtime/clock.ts';
import type { Logger } from '@syncline/telemetry/logger.ts';
import { type CallContext, Metadata, type MethodDescriptor, Status } from 'nice-grpc-common';
import { fromWire, toWire } from '../metadata.ts';
import { CallEnded } from './call-ended.ts';
import { http2StreamOf, resetStream } from './http2-stream.ts';
import { statusOf } from './status.ts';
import { boundedDetails, boundedTrailer } from './trailer-bounds.ts';
import { watchUnread } from './unread-stream.ts';

/** Sends the status that ends the call; how depends on whether responses stream. */
export type SendStatus = (status: {
  code: Status;
  details: string;
  metadata: ReturnType<typeof toWire>;
}) => void;

/** Who keeps the calls. */
export interface CallOwner {
  readonly logger: Logger;
  /** The server is stopping: what a handler aborts now, it aborts for that reason. */
  readonly stopping: boolean;
  /** How long a client may take to read the status of a stream that failed, before the stream is reset. */
  readonly statusDeliveryMs: number;
  /** How long a client may take nothing of a stream that ended well, before the stream is reset. */
  readonly unreadMs: number;
  /** By which that is counted: it stands still while the process does. */
  readonly awake: Clock;
  /** Called once, when the call is over. */
  closed(call: OpenCall, code: Status): void;
}

/** The deadline's timer and the wall clock count whole milliseconds, so the timer may be early by one of each. */
const timerSlackMs = 2;

export class OpenCall {
  readonly method: MethodDescriptor;
  readonly context: CallContext;
  readonly startedAt = performance.now();
  readonly #abort = new AbortController();
  readonly #owner: CallOwner;
  readonly #surface: ServerSurfaceCall;
  readonly #sendStatus: SendStatus;
  #over = false;
  #headerSent = false;

  constructor(
    owner: CallOwner,
    surface: ServerSurfaceCall,
    method: MethodDescriptor,
    sendStatus: SendStatus,
  ) {
    this.#owner = owner;
    this.#surface = surface;
    this.method = method;
    this.#sendStatus = sendStatus;
    const header = Metadata();
    this.context = {
      metadata: fromWire(surface.metadata),
      peer: surface.getPeer(),
      header,
      trailer: Metadata(),
      signal: this.#abort.signal,
      sendHeader: () => {
        if (this.#headerSent || this.#over) return;
        this.#headerSent = true;
        surface.sendMetadata(toWire(header));
      },
    };
    // The deadline is a time of the wall clock, which may be stepped before it is due.
    const dueAt = this.startedAt + (Number(surface.getDeadline()) - Date.now()) - timerSlackMs;
    surface.on('cancelled', () => {
      const expired = performance.now() >= dueAt;
      this.#abandon(
        expired
          ? new CallEnded(Status.DEADLINE_EXCEEDED, 'deadline exceeded')
          : new CallEnded(Status.CANCELLED, 'cancelled by the client'),
      );
    });
  }

  /** A status was sent, or nobody is left to send one to. */
  get over(): boolean {
    return this.#over;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /**
   * Ends the call now, whatever its handler is doing, and aborts its signal with the same status. Of details and
   * trailer only what fits is sent (trailer-bounds.ts).
   */
  end(code: Status, details: string, trailer = this.context.trailer): void {
    if (this.#over) return;
    this.#close(code);
    this.#abort.abort(new CallEnded(code, details));
    this.#sendStatus({ code, details: boundedDetails(details), metadata: this.#wireTrailer(trailer) });
    if (this.method.responseStream) this.#boundDelivery(code);
  }

  /** The handler finished well; the caller sends the response and the OK status, with the trailer this gives. */
  succeed(): ReturnType<typeof toWire> {
    this.#close(Status.OK);
    return this.#wireTrailer(this.context.trailer);
  }

  /** The handler threw. A fault of ours is logged here, once; the client gets its status and no stack. */
  fail(error: unknown): void {
    const { code, details, unexpected } = statusOf(error, this.signal, this.#owner.stopping);
    if (unexpected) this.#owner.logger.error({ err: error, method: this.method.path }, 'handler failed');
    if (this.#over) return;
    if ([...this.context.header].length > 0) this.context.sendHeader();
    this.end(code, details);
  }

  // The status follows what is queued, which a client that does not read would hold for ever. Of a stream that failed
  // nobody needs what is queued; one that ended well is not done before its client has it all.
  #boundDelivery(code: Status): void {
    if (code !== Status.OK) {
      setTimeout(() => resetStream(this.#surface), this.#owner.statusDeliveryMs).unref();
      return;
    }
    const stream = http2StreamOf(this.#surface);
    if (stream !== undefined) watchUnread(stream, this.#owner.unreadMs, this.#owner.awake);
  }

  #wireTrailer(trailer: Metadata): ReturnType<typeof toWire> {
    const { sent, dropped } = boundedTrailer(trailer);
    if (dropped.length > 0) {
      this.#owner.logger.error(
        { method: this.method.path, keys: dropped },
        'trailer too large; keys not sent',
      );
    }
    return toWire(sent);
  }

  #abandon(reason: CallEnded): void {
    if (this.#over) return;
    this.#close(reason.code);
    this.#abort.abort(reason);
  }

  #close(code: Status): void {
    this.#over = true;
    this.#owner.closed(this, code);
  }
}
