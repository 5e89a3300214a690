// streamRetry of Meridio's conduit/manager.go: one loop that opens and refreshes a stream, and a Close that holds ctxMu
// until Stream.Close is through.

import { sleep } from '@syncline/runtime/clock.ts';
import { fullName } from '@syncline/trench/stream-name.ts';
import { type Ground, go, retry } from './ground.ts';
import { Mutex } from './mutex.ts';
import type { Statuses } from './statuses.ts';
import type { Stream } from './stream.ts';
import type { Routine } from './wait-graph.ts';

export class StreamRetry {
  readonly stream: Stream;
  readonly #statuses: Statuses;
  readonly #ground: Ground;
  readonly #ctxMu: Mutex;
  #cancelOpen: AbortController | undefined;

  constructor(stream: Stream, statuses: Statuses, ground: Ground) {
    this.stream = stream;
    this.#statuses = statuses;
    this.#ground = ground;
    this.#ctxMu = new Mutex(`streamRetry.ctxMu of ${fullName(stream.name)}`, ground);
  }

  open(who: Routine): Promise<void> {
    return this.#ctxMu.hold(who, () => {
      if (this.#cancelOpen !== undefined) return;
      const cancel = new AbortController();
      this.#cancelOpen = cancel;
      const signal = AbortSignal.any([cancel.signal, this.#ground.signal]);
      go(`the opener of ${fullName(this.stream.name)}`, (opener) => this.#keepOpen(opener, signal));
    });
  }

  close(who: Routine): Promise<void> {
    return this.#ctxMu.hold(who, async () => {
      this.#cancelOpen?.abort();
      this.#cancelOpen = undefined;
      await this.stream.close(who);
    });
  }

  async #keepOpen(opener: Routine, signal: AbortSignal): Promise<void> {
    const { clock, waits } = this.#ground;
    for (;;) {
      await retry(() => this.#attempt(opener, signal), waits.openRetryMs, this.#ground, signal);
      await sleep(clock, waits.refreshMs, signal);
    }
  }

  async #attempt(opener: Routine, signal: AbortSignal): Promise<void> {
    try {
      await this.stream.open(opener, signal);
      this.#statuses.set(this.stream.name, 'open');
    } catch (error) {
      this.#statuses.set(this.stream.name, 'unavailable');
      throw error;
    }
  }
}
