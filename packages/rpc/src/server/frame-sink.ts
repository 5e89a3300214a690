// Where framed messages go: the HTTP/2 stream itself, or grpc-js message by message when that is out of reach.

import type { ServerHttp2Stream } from 'node:http2';
import type { ServerDuplexStream } from '@grpc/grpc-js';
import { unframe } from '../frame.ts';
import { http2StreamOf } from './http2-stream.ts';

/** Takes framed messages. Writes after the stream is gone are dropped: the call is over. */
export interface FrameSink {
  /** Complete frames, which the pieces are one after the other. */
  write(pieces: readonly Uint8Array[]): void;
  /** Bytes written and not yet on the wire. */
  readonly queuedBytes: number;
  /** Calls back each time the queue has emptied after having filled. */
  onDrain(listener: () => void): void;
}

/**
 * The sink of a call: its HTTP/2 stream if `direct` writes work here (see http2-probe.ts), else grpc-js.
 * The caller sends the header before the first write.
 */
export function openFrameSink(call: ServerDuplexStream<Buffer, Uint8Array>, direct: boolean): FrameSink {
  const stream = direct ? http2StreamOf(call) : undefined;
  return stream === undefined ? new MessageSink(call) : new Http2Sink(stream);
}

class Http2Sink implements FrameSink {
  readonly #stream: ServerHttp2Stream;

  constructor(stream: ServerHttp2Stream) {
    this.#stream = stream;
    // grpc-js listens for one error only; a second write that fails must not end the process.
    stream.on('error', () => {});
  }

  write(pieces: readonly Uint8Array[]): void {
    if (this.#stream.destroyed || this.#stream.writableEnded) return;
    this.#stream.cork();
    for (const piece of pieces) this.#stream.write(piece);
    this.#stream.uncork();
  }

  get queuedBytes(): number {
    return this.#stream.writableLength;
  }

  onDrain(listener: () => void): void {
    this.#stream.on('drain', listener);
  }
}

// One call.write per message.
class MessageSink implements FrameSink {
  readonly #call: ServerDuplexStream<Buffer, Uint8Array>;
  #queuedBytes = 0;
  #filled = false;
  #drained = () => {};

  constructor(call: ServerDuplexStream<Buffer, Uint8Array>) {
    this.#call = call;
  }

  write(pieces: readonly Uint8Array[]): void {
    if (this.#call.destroyed || this.#call.writableEnded) return;
    const [first, ...others] = pieces;
    const frames = first !== undefined && others.length === 0 ? first : Buffer.concat(pieces);
    for (const message of unframe(frames)) {
      this.#queuedBytes += message.byteLength;
      this.#call.write(message, () => this.#sent(message.byteLength));
    }
    this.#filled ||= this.#queuedBytes >= 64 * 1024;
  }

  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  onDrain(listener: () => void): void {
    this.#drained = listener;
  }

  #sent(bytes: number): void {
    this.#queuedBytes -= bytes;
    if (this.#queuedBytes > 0 || !this.#filled) return;
    this.#filled = false;
    this.#drained();
  }
}
