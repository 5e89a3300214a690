// Frames of records as they are made. All who follow at one position get the same one, so its head is written once,
// however many follow. Invariant: it holds the last few frames, no more.

import type { Chunk } from '../log/chunk.ts';
import type { FramePieces } from '../wire/frame-writer.ts';

interface SharedFrame {
  readonly chunk: Chunk;
  readonly previous: number;
  readonly term: number;
  readonly ours: boolean;
  readonly pieces: FramePieces;
}

/** Followers that are up to date ask for the newest one; those a frame or two behind find theirs, too. */
const held = 4;

export class SharedFrames {
  readonly #frames: SharedFrame[] = [];

  /**
   * The frame of `chunk` for followers that are at `previous`; `make` makes it when there is none. A frame that was made
   * in an older `term` than the leader's is none: who has heard of the newer one would refuse it.
   */
  of(chunk: Chunk, previous: number, term: number, ours: boolean, make: () => FramePieces): FramePieces {
    for (const frame of this.#frames) {
      const isSame = frame.chunk === chunk && frame.previous === previous;
      if (isSame && frame.term === term && frame.ours === ours) return frame.pieces;
    }
    const pieces = make();
    this.#frames.unshift({ chunk, previous, term, ours, pieces });
    if (this.#frames.length > held) this.#frames.pop();
    return pieces;
  }
}
