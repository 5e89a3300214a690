// One direction of a proxied connection: bytes in from one socket, out to the other, late, slowly or
// damaged as the line's condition says. Order is kept; at 1 MiB under way the reading side is paused.

import type { Socket } from 'node:net';

const UNDER_WAY_BYTES = 1 << 20;

/** What a line does to the bytes on it; shared by all flows of a proxy and changed while they run. */
export interface LineCondition {
  /** Nothing moves and nobody is told. */
  silent: boolean;
  /** Milliseconds each byte is under way. */
  delayMs: number;
  /** Bytes a second for each flow; Infinity for no bound. */
  bytesPerSecond: number;
}

/** Bytes forwarded in one direction, and the damage still to be done to it. */
export interface DirectionCount {
  bytes: number;
  /** The count at which one bit of a byte is flipped, once. */
  corruptAt: number | undefined;
}

/** Moves bytes from one socket to another until either ends. */
export class TcpFlow {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #condition: LineCondition;
  readonly #count: DirectionCount;
  readonly #underWay: { due: number; chunk: Buffer }[] = [];
  #bytesUnderWay = 0;
  #idleUntil = 0;
  #ended = false;
  #blocked = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(from: Socket, to: Socket, condition: LineCondition, count: DirectionCount) {
    this.#from = from;
    this.#to = to;
    this.#condition = condition;
    this.#count = count;
    from.on('data', (chunk: Buffer) => this.#take(chunk));
    from.on('end', () => {
      this.#ended = true;
      this.advance();
    });
    to.on('drain', () => {
      this.#blocked = false;
      this.advance();
    });
    from.on('close', () => clearTimeout(this.#timer));
    to.on('close', () => clearTimeout(this.#timer));
    this.advance();
  }

  /** Moves what may move; called again whenever the condition has changed. */
  advance(): void {
    clearTimeout(this.#timer);
    this.#forwardDue();
    const finished = this.#ended && this.#underWay.length === 0 && !this.#condition.silent;
    if (finished && !this.#to.writableEnded) this.#to.end();
    if (this.#condition.silent || this.#bytesUnderWay >= UNDER_WAY_BYTES) this.#from.pause();
    else this.#from.resume();
  }

  #take(chunk: Buffer): void {
    this.#underWay.push({ due: performance.now() + this.#condition.delayMs, chunk });
    this.#bytesUnderWay += chunk.length;
    this.advance();
  }

  #forwardDue(): void {
    for (let head = this.#underWay[0]; head !== undefined; head = this.#underWay[0]) {
      if (this.#condition.silent || this.#blocked || this.#to.destroyed) return;
      const wait = Math.max(head.due, this.#idleUntil) - performance.now();
      if (wait > 0) {
        this.#timer = setTimeout(() => this.advance(), wait);
        return;
      }
      this.#forward(this.#nextSlice(head));
    }
  }

  /** At a bounded rate bytes leave in slices of 10 ms' worth, so that a slow line trickles. */
  #nextSlice(head: { chunk: Buffer }): Buffer {
    const { bytesPerSecond } = this.#condition;
    const size = Math.min(head.chunk.length, Math.max(1, Math.floor(bytesPerSecond / 100)));
    this.#idleUntil = performance.now() + (size / bytesPerSecond) * 1_000;
    const slice = head.chunk.subarray(0, size);
    head.chunk = head.chunk.subarray(size);
    if (head.chunk.length === 0) this.#underWay.shift();
    return slice;
  }

  #forward(slice: Buffer): void {
    const { corruptAt, bytes } = this.#count;
    let sent = slice;
    if (corruptAt !== undefined && corruptAt < bytes + slice.length) {
      sent = Buffer.from(slice);
      const at = Math.max(0, corruptAt - bytes);
      sent.writeUInt8(sent.readUInt8(at) ^ 0x10, at);
      this.#count.corruptAt = undefined;
    }
    this.#count.bytes += slice.length;
    this.#bytesUnderWay -= slice.length;
    this.#blocked = !this.#to.write(sent);
  }
}
