// streamManager of Meridio's conduit/manager.go: its lock is held while streams are closed, by Stop until every worker
// has ended.

import { type StreamName, streamKey } from '@syncline/trench/stream-name.ts';
import { type Ground, go, join } from './ground.ts';
import { Mutex } from './mutex.ts';
import type { Statuses } from './statuses.ts';
import type { StreamRetry } from './stream-retry.ts';
import type { Routine } from './wait-graph.ts';

export class StreamManager {
  readonly #conduit: string;
  readonly #statuses: Statuses;
  readonly #ground: Ground;
  readonly #mu: Mutex;
  readonly #streams = new Map<string, StreamRetry>();
  #configured: ReadonlySet<string> = new Set();
  #isRunning = false;

  constructor(conduit: string, statuses: Statuses, ground: Ground) {
    this.#conduit = conduit;
    this.#statuses = statuses;
    this.#ground = ground;
    this.#mu = new Mutex(`streamManager.mu of ${conduit}`, ground);
  }

  get isEmpty(): boolean {
    return this.#streams.size === 0;
  }

  addStream(who: Routine, name: StreamName, make: () => StreamRetry): Promise<void> {
    return this.#mu.hold(who, async () => {
      if (this.#streams.has(streamKey(name))) return;
      const added = make();
      this.#streams.set(streamKey(name), added);
      this.#statuses.set(name, this.#isRunning ? 'undefined' : 'unavailable');
      if (this.#isRunning) await this.#openIfConfigured(who, added);
    });
  }

  removeStream(who: Routine, name: StreamName): Promise<void> {
    return this.#mu.hold(who, async () => {
      const removed = this.#streams.get(streamKey(name));
      await removed?.close(who).catch(() => undefined);
      this.#streams.delete(streamKey(name));
      this.#statuses.remove(name);
    });
  }

  setStreams(who: Routine, configured: readonly string[]): Promise<void> {
    return this.#mu.hold(who, async () => {
      this.#configured = new Set(configured);
      if (!this.#isRunning) return;
      for (const stream of this.#streams.values()) {
        if (this.#configured.has(stream.stream.name.stream)) continue;
        await stream.close(who).catch(() => undefined);
        this.#statuses.set(stream.stream.name, 'undefined');
      }
      for (const stream of this.#streams.values()) await this.#openIfConfigured(who, stream);
    });
  }

  run(who: Routine): Promise<void> {
    return this.#mu.hold(who, async () => {
      this.#isRunning = true;
      for (const stream of this.#streams.values()) {
        this.#statuses.set(stream.stream.name, 'undefined');
        await this.#openIfConfigured(who, stream);
      }
    });
  }

  stop(who: Routine): Promise<void> {
    return this.#mu.hold(who, async () => {
      this.#isRunning = false;
      const workers = [...this.#streams.values()].map((stream) =>
        go(`the worker of Stop that closes ${stream.stream.name.stream} of ${this.#conduit}`, (worker) =>
          stream.close(worker),
        ),
      );
      await join(who, workers, this.#ground.graph);
    });
  }

  async #openIfConfigured(who: Routine, stream: StreamRetry): Promise<void> {
    if (this.#configured.has(stream.stream.name.stream)) await stream.open(who);
  }
}
