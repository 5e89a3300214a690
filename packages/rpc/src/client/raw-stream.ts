// The client's end of a bidirectional stream without a codec: message bytes in and out, no promise per message.

import type { Client, ClientDuplexStream, StatusObject } from '@grpc/grpc-js';
import { SpanKind } from '@opentelemetry/api';
import type { Metadata, Status } from 'nice-grpc-common';
import { startCallSpan } from '../call-span.ts';
import { asBuffer, asIs } from '../identity-codec.ts';
import { fromWire, toWire } from '../metadata.ts';
import { endOnce, withParent } from './tracing.ts';

/** How a stream ended. */
export interface StreamEnd {
  readonly code: Status;
  readonly details: string;
  readonly trailer: Metadata;
}

/** One raw stream. It never half-closes by itself; targets take that as the end of a subscription. */
export interface RawClientStream {
  /** Sends one message; false when 16 or more wait to be sent. */
  write(message: Uint8Array): boolean;
  /** Calls back each time nothing waits to be sent any more after `write` has given false. */
  onDrain(listener: () => void): void;
  /** Registers the listener for messages; reading starts with it. One per stream. */
  onMessage(listener: (message: Buffer) => void): void;
  /** Called once, after the last message: of an OK stream every message was delivered before. */
  onEnd(listener: (end: StreamEnd) => void): void;
  /** Stops reading: the server is held back once HTTP/2's window (64 KiB by default) is full. */
  pause(): void;
  resume(): void;
  /** Ends the stream with CANCELLED. */
  cancel(): void;
  /** Tells the server that no more messages will be sent. */
  halfClose(): void;
}

/** What a raw stream is opened with. */
export interface RawStreamOptions {
  readonly methodPath: string;
  readonly metadata: Metadata;
  /** Cancels the stream. */
  readonly signal: AbortSignal;
  /** Leave an `open` span, and tell the server the caller's. */
  readonly traced: boolean;
}

/** Opens a raw stream. */
export function openRawStream(client: Client, options: RawStreamOptions): RawClientStream {
  const { methodPath, signal, traced } = options;
  const span = traced
    ? startCallSpan({ path: methodPath, responseStream: true }, SpanKind.CLIENT)
    : undefined;
  const metadata = span === undefined ? options.metadata : withParent(options.metadata, span);
  const call = client.makeBidiStreamRequest<Uint8Array, Buffer>(methodPath, asBuffer, asIs, toWire(metadata));
  const opened = span === undefined ? () => {} : endOnce(span);
  call.once('metadata', opened);
  const cancel = () => call.cancel();
  if (signal.aborted) cancel();
  signal.addEventListener('abort', cancel, { once: true });
  // Until something is read for the first time grpc-js holds the server back by nothing at all.
  call.read(0);
  // 'status' tells the same and comes for OK as well; without a listener 'error' would end the process.
  call.on('error', () => {});
  call.once('status', () => {
    opened();
    signal.removeEventListener('abort', cancel);
  });
  return {
    write: (message) => call.write(message),
    onDrain: (listener) => void call.on('drain', listener),
    onMessage: (listener) => void call.on('data', listener),
    onEnd: (listener) => onEnd(call, listener),
    pause: () => void call.pause(),
    resume: () => void call.resume(),
    cancel,
    halfClose: () => void call.end(),
  };
}

// grpc-js may report the status while messages of an OK stream still wait to be read.
function onEnd(call: ClientDuplexStream<Uint8Array, Buffer>, listener: (end: StreamEnd) => void): void {
  call.once('status', (status: StatusObject) => {
    const report = () =>
      listener({ code: status.code as number, details: status.details, trailer: fromWire(status.metadata) });
    if (status.code !== 0 || call.readableEnded) return report();
    call.once('end', report);
    // Nobody listens for messages: nothing else would bring the stream to its end.
    if (call.readableFlowing === null) call.resume();
  });
}
