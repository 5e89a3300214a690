// A bidirectional stream without a codec and without a promise per message: bytes in, framed bytes out.
// For streams whose cost per message would be the bottleneck; everything else is an async generator.

import type { SpanContext } from '@opentelemetry/api';
import type { Metadata, Status } from 'nice-grpc-common';

/** The server's end of one raw stream. After it is over every method is a no-op. */
export interface RawCall {
  /** `/package.Service/Method`. */
  readonly method: string;
  readonly metadata: Metadata;
  /** The client's address, e.g. `127.0.0.1:51234`; 'unknown' on a unix socket. */
  readonly peer: string;
  /** The caller's span, when it sent one: link to it, never live inside it. */
  readonly trace: SpanContext | undefined;
  /** Aborts when the call is over: cancelled, deadline passed, server stopping, or `end` called. */
  readonly signal: AbortSignal;
  /** Registers the listener for request messages; reading starts with it. One per call. */
  onMessage(listener: (message: Buffer) => void): void;
  /** Called once when the client will send no more; the stream stays open for writing. */
  onHalfClose(listener: () => void): void;
  /** Stops reading from the client; what HTTP/2 has already accepted (its 64 KiB window) waits. */
  pause(): void;
  resume(): void;
  /**
   * Queues a run of complete gRPC frames as one write; it may lie in pieces, cut anywhere. They are not copied: the bytes
   * have to stay as they are until they are sent. Nothing is refused: the writer watches `queuedBytes` and stops by itself.
   */
  writeFramed(...pieces: readonly Uint8Array[]): void;
  /** Bytes written and not yet accepted by the client's flow-control window. */
  readonly queuedBytes: number;
  /** Called each time the queue has emptied after holding more than about 64 KiB. One per call. */
  onDrain(listener: () => void): void;
  /** Ends the call, after what is queued, with a status. */
  end(code: Status, details: string, trailer?: Metadata): void;
}

/** Serves one raw stream; throwing ends the call like a throwing handler does. */
export type RawHandler = (call: RawCall) => void;
