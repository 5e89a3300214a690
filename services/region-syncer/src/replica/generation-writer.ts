// Writes all regions as the other generation, piece by piece, while the log goes on.

import type { Capture } from '../regions/capture.ts';
import type { ReplicaSettings } from './replica-settings.ts';
import type { ReplicaStore } from './replica-store.ts';
import type { Turn } from './turn.ts';

export class GenerationWriter {
  readonly #store: ReplicaStore;
  readonly #settings: ReplicaSettings;
  readonly #turn: Turn;

  constructor(store: ReplicaStore, settings: ReplicaSettings, turn: Turn) {
    this.#store = store;
    this.#settings = settings;
    this.#turn = turn;
  }

  /**
   * Writes the capture as a generation that is yet to be flipped to. Rejects with what the store refuses and, before its
   * next call of the store, with the signal's reason: then it has stopped.
   */
  async write(capture: Capture, signal: AbortSignal): Promise<void> {
    await this.sweep(signal);
    await this.#store.beginGeneration();
    const size = Math.min(this.#settings.pieceBytes, capture.totalBytes);
    const buffer = new Uint8Array(new SharedArrayBuffer(size));
    while (capture.position < capture.count) {
      const runs = await this.#fill(capture, buffer, signal);
      signal.throwIfAborted();
      await this.#store.putGeneration(runs);
    }
    signal.throwIfAborted();
  }

  /** Deletes what no generation and no log is made of any more. Rejects as write() does. */
  async sweep(signal: AbortSignal): Promise<void> {
    do signal.throwIfAborted();
    while (await this.#store.sweep());
    signal.throwIfAborted();
  }

  /** As many runs of the capture as there is room for; a block that is longer gets room of its own. */
  async #fill(capture: Capture, buffer: Uint8Array, signal: AbortSignal) {
    const runs: { readonly regions: number; readonly bytes: Uint8Array }[] = [];
    this.#turn.begin();
    for (let at = 0; ; ) {
      const regions = capture.next(this.#settings.runBytes, Number.MAX_SAFE_INTEGER);
      const end = at + capture.runBytes;
      if (regions === 0 || (end > buffer.length && runs.length > 0)) return runs;
      const room = end > buffer.length ? new Uint8Array(new SharedArrayBuffer(end)) : buffer;
      capture.fill(room, at);
      runs.push({ regions, bytes: room.subarray(at, end) });
      at = end;
      if (!this.#turn.isOver) continue;
      await this.#turn.next();
      signal.throwIfAborted();
    }
  }
}
