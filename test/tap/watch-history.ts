// What a watcher of a tap is told: every list.

import { type StreamResponse, StreamStatus_Status, TapDefinition } from '@syncline/proto/ambassador.ts';
import type { Connection } from '@syncline/rpc/connect.ts';

export type StatusName = 'OPEN' | 'PENDING' | 'UNAVAILABLE' | 'UNDEFINED';

/** Statuses by the streams' own names. */
export type Statuses = Readonly<Record<string, StatusName>>;

const names: Readonly<Record<number, StatusName>> = {
  [StreamStatus_Status.OPEN]: 'OPEN',
  [StreamStatus_Status.PENDING]: 'PENDING',
  [StreamStatus_Status.UNAVAILABLE]: 'UNAVAILABLE',
  [StreamStatus_Status.UNDEFINED]: 'UNDEFINED',
};

export class WatchHistory implements AsyncDisposable {
  readonly #end = new AbortController();
  readonly #lists: Statuses[] = [];
  readonly #watching: Promise<void>;
  #error: unknown;

  /** Watches all streams until it is disposed of or the tap ends it. */
  constructor(line: Connection) {
    this.#watching = this.#watch(line);
  }

  /** Every list that was received, oldest first. */
  get lists(): readonly Statuses[] {
    return this.#lists;
  }

  get now(): Statuses {
    return this.#lists.at(-1) ?? {};
  }

  /** Why the tap ended the stream; undefined while it did not. */
  get error(): unknown {
    return this.#error;
  }

  /** Statuses that a stream had one after the other, the same one once; 'none' is not listed. */
  of(stream: string): readonly (StatusName | 'none')[] {
    const all = this.#lists.map((statuses) => statuses[stream] ?? 'none');
    return all.filter((status, index) => status !== all[index - 1]);
  }

  /** What a stream went through, from each Open to its Close: `UNAVAILABLE UNDEFINED OPEN`. */
  courses(stream: string): string[] {
    return this.of(stream)
      .join(' ')
      .split('none')
      .map((course) => course.trim())
      .filter((course) => course !== '');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort();
    await this.#watching;
  }

  async #watch(line: Connection): Promise<void> {
    const { signal } = this.#end;
    try {
      for await (const response of line.client(TapDefinition).watch({}, { signal }))
        this.#lists.push(read(response));
    } catch (error) {
      if (!signal.aborted) this.#error = error;
    }
  }
}

function read({ streamStatus }: StreamResponse): Statuses {
  return Object.fromEntries(
    streamStatus.map(({ status, stream }) => [stream?.name ?? '', names[status] ?? 'UNDEFINED']),
  );
}
