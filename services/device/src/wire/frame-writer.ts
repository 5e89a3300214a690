// Lays gRPC frames into blocks of memory and hands out each run of them once. Memory that was handed out is
// never written again, as the call it goes to demands.

import { frameHeaderBytes } from '@syncline/rpc/frame.ts';

const blockBytes = 64 << 10;

/** Collects the frames of one stream. */
export class FrameWriter {
  #block = Buffer.allocUnsafeSlow(0);
  #start = 0;
  #end = 0;

  /** Bytes of frames that were not handed out. */
  get length(): number {
    return this.#end - this.#start;
  }

  /** Copies a message behind those before it. */
  add(message: Uint8Array): void {
    const bytes = frameHeaderBytes + message.length;
    if (this.#end + bytes > this.#block.length) this.#move(bytes);
    this.#block[this.#end] = 0;
    this.#block.writeUInt32BE(message.length, this.#end + 1);
    this.#block.set(message, this.#end + frameHeaderBytes);
    this.#end += bytes;
  }

  /** The frames since the last take. */
  take(): Buffer {
    const frames = this.#block.subarray(this.#start, this.#end);
    this.#start = this.#end;
    return frames;
  }

  #move(bytes: number): void {
    const waiting = this.#block.subarray(this.#start, this.#end);
    this.#block = Buffer.allocUnsafeSlow(Math.max(blockBytes, waiting.length + bytes));
    this.#block.set(waiting);
    this.#start = 0;
    this.#end = waiting.length;
  }
}
