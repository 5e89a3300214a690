// Serves a bidirectional method as a raw stream: RawCall over grpc-js's call and its frame sink.

import type { handleBidiStreamingCall, ServerDuplexStream } from '@grpc/grpc-js';
import type { SpanContext } from '@opentelemetry/api';
import { spanContextOf } from '@syncline/telemetry/trace-context.ts';
import type { Metadata, Status } from 'nice-grpc-common';
import type { Method } from '../method.ts';
import type { RawCall, RawHandler } from '../raw-call.ts';
import { type FrameSink, openFrameSink } from './frame-sink.ts';
import type { OpenCall } from './open-call.ts';
import type { OpenCalls } from './open-calls.ts';
import { traceOpen } from './tracing.ts';

/** How raw streams are served. */
export interface RawOptions {
  /** Framed writes go to the HTTP/2 stream itself. */
  readonly direct: boolean;
  /** Each stream leaves an `open` span. */
  readonly traced: boolean;
}

/** A bidirectional method served by `handler`; a throw ends the call like a throwing generator does. */
export function rawMethod(
  calls: OpenCalls,
  method: Method,
  handler: RawHandler,
  { direct, traced }: RawOptions,
): handleBidiStreamingCall<Buffer, Uint8Array> {
  return (surface) => {
    const call = calls.open(surface, method.descriptor, (status) => surface.emit('error', status));
    if (call.over) return;
    if (traced) traceOpen(method.descriptor, call.context.metadata);
    try {
      handler(new GrpcRawCall(surface, call, openFrameSink(surface, direct)));
    } catch (error) {
      call.fail(error);
    }
  };
}

class GrpcRawCall implements RawCall {
  readonly #surface: ServerDuplexStream<Buffer, Uint8Array>;
  readonly #call: OpenCall;
  readonly #sink: FrameSink;

  constructor(surface: ServerDuplexStream<Buffer, Uint8Array>, call: OpenCall, sink: FrameSink) {
    this.#surface = surface;
    this.#call = call;
    this.#sink = sink;
  }

  get method(): string {
    return this.#call.method.path;
  }

  get metadata(): Metadata {
    return this.#call.context.metadata;
  }

  get peer(): string {
    return this.#call.context.peer;
  }

  get trace(): SpanContext | undefined {
    return spanContextOf(this.metadata.get('traceparent'));
  }

  get signal(): AbortSignal {
    return this.#call.signal;
  }

  onMessage(listener: (message: Buffer) => void): void {
    this.#surface.on('data', (message: Buffer) => this.#tell(() => listener(message)));
  }

  onHalfClose(listener: () => void): void {
    this.#surface.on('end', () => this.#tell(listener));
  }

  pause(): void {
    this.#surface.pause();
  }

  resume(): void {
    this.#surface.resume();
  }

  writeFramed(...pieces: readonly Uint8Array[]): void {
    if (this.#call.over) return;
    this.#call.context.sendHeader();
    this.#sink.write(pieces);
  }

  get queuedBytes(): number {
    return this.#sink.queuedBytes;
  }

  onDrain(listener: () => void): void {
    this.#sink.onDrain(() => this.#tell(listener));
  }

  end(code: Status, details: string, trailer?: Metadata): void {
    this.#call.end(code, details, trailer);
  }

  // Nothing is told to a handler whose call is over; what it throws ends this call and no other.
  #tell(listener: () => void): void {
    if (this.#call.over) return;
    try {
      listener();
    } catch (error) {
      this.#call.fail(error);
    }
  }
}
