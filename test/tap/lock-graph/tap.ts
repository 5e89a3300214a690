// Tap and Trench of Meridio's pkg/ambassador/tap, with the locks of the rest below: Open holds Tap.mu, and so does what
// Close leaves to the background. With the edge from a stream up to its conduit there are cycles (Meridio #578).

import { type ConduitName, conduitKey, type StreamName } from '@syncline/trench/stream-name.ts';
import { ConduitConnect } from './conduit-connect.ts';
import { type Ground, go } from './ground.ts';
import { Mutex } from './mutex.ts';
import { Statuses } from './statuses.ts';
import { Stream } from './stream.ts';
import { StreamRetry } from './stream-retry.ts';
import type { Routine } from './wait-graph.ts';

class Trench {
  readonly #ground: Ground;
  readonly #statuses: Statuses;
  readonly #mu: Mutex;
  readonly #conduits = new Map<string, ConduitConnect>();

  constructor(name: string, statuses: Statuses, ground: Ground) {
    this.#ground = ground;
    this.#statuses = statuses;
    this.#mu = new Mutex(`Trench.mu of ${name}`, ground);
  }

  get isEmpty(): boolean {
    return this.#conduits.size === 0;
  }

  conduit(name: ConduitName): ConduitConnect | undefined {
    return this.#conduits.get(conduitKey(name));
  }

  addConduit(who: Routine, name: ConduitName): Promise<ConduitConnect> {
    return this.#mu.hold(who, () => {
      const conduit = this.conduit(name) ?? new ConduitConnect(name, this.#statuses, this.#ground);
      this.#conduits.set(conduitKey(name), conduit);
      return conduit;
    });
  }

  removeConduit(who: Routine, name: ConduitName): Promise<void> {
    return this.#mu.hold(who, async () => {
      await this.conduit(name)?.disconnect(who);
      this.#conduits.delete(conduitKey(name));
    });
  }
}

/** The ambassador as it is upstream. */
export class LockedTap {
  readonly statuses = new Statuses();
  readonly #ground: Ground;
  readonly #mu: Mutex;
  #trench: Trench | undefined;

  constructor(ground: Ground) {
    this.#ground = ground;
    this.#mu = new Mutex('Tap.mu', ground);
  }

  open(name: StreamName): Promise<void> {
    const who = { name: `Tap.Open of ${name.stream}` };
    return this.#mu.hold(who, async () => {
      this.#trench ??= new Trench(name.trench, this.statuses, this.#ground);
      const { conduit } = await this.#trench.addConduit(who, name);
      await conduit.streams.addStream(
        who,
        name,
        () => new StreamRetry(new Stream(name, conduit, this.#ground), this.statuses, this.#ground),
      );
    });
  }

  /** Answers at once; the work is a routine's that nobody waits for. */
  close(name: StreamName): Promise<void> {
    go(`Tap.Close of ${name.stream}`, (who) => this.#mu.hold(who, () => this.#remove(who, name)));
    return Promise.resolve();
  }

  async #remove(who: Routine, name: StreamName): Promise<void> {
    const conduit = this.#trench?.conduit(name)?.conduit;
    if (this.#trench === undefined || conduit === undefined) return;
    await conduit.streams.removeStream(who, name);
    if (conduit.streams.isEmpty) await this.#trench.removeConduit(who, name);
    if (this.#trench.isEmpty) this.#trench = undefined;
  }
}
