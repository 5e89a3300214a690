// The registry of statuses: its lock is never held across a wait, so a map does.

import { type StreamName, streamKey } from '@syncline/trench/stream-name.ts';
import type { StreamStatus } from '../../../services/tap/src/stream/status.ts';

export class Statuses {
  readonly #byKey = new Map<string, StreamStatus>();

  set(name: StreamName, status: StreamStatus): void {
    this.#byKey.set(streamKey(name), status);
  }

  remove(name: StreamName): void {
    this.#byKey.delete(streamKey(name));
  }

  /** Undefined when Watch does not list the stream. */
  of(name: StreamName): StreamStatus | undefined {
    return this.#byKey.get(streamKey(name));
  }

  /** Whether Watch lists the stream. */
  has(name: StreamName): boolean {
    return this.#byKey.has(streamKey(name));
  }
}
