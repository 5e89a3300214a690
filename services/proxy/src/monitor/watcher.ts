// One MonitorConnections stream. What it is to be told waits in a mailbox that keeps the newest of each connection, so a
// slow watcher costs a bounded amount of memory and nobody waits for it; one that falls too far behind is ended.

import type { MonitorScopeSelector } from '@syncline/proto/connection.ts';
import { ConflatingMailbox } from '@syncline/runtime/conflating-mailbox.ts';
import type { Counts } from '../counts.ts';
import type { Distortion } from '../fault/distortion.ts';
import { type ConnectionChange, Untold } from './event.ts';
import { selects } from './selector.ts';

/** Why the proxy ends a watch. */
export class WatchEndedError extends Error {
  override name = 'WatchEndedError';
  readonly why: 'behind' | 'fault';

  constructor(why: 'behind' | 'fault', message: string) {
    super(message);
    this.why = why;
  }
}

/** What wakes a watcher although no connection has changed. */
const nudge = Symbol('nudge');

export class Watcher implements Disposable {
  readonly selector: MonitorScopeSelector;
  readonly #backlog: number;
  readonly #distortion: Distortion;
  readonly #counts: Counts['events'];
  readonly #mailbox: ConflatingMailbox<string | typeof nudge, Untold | undefined>;
  readonly #untold = new Map<string, Untold>();
  readonly #end = new AbortController();
  #pending = 0;

  /** @param backlog of how many connections changes may wait */
  constructor(
    selector: MonitorScopeSelector,
    backlog: number,
    distortion: Distortion,
    counts: Counts['events'],
  ) {
    this.selector = selector;
    this.#distortion = distortion;
    this.#counts = counts;
    this.#backlog = backlog;
    // A connection whose turn has come may be there a second time, if it has changed again; and there is the nudge.
    this.#mailbox = new ConflatingMailbox({ name: 'watcher', capacity: 2 * backlog + 1 });
  }

  /** Changes that it was not told of yet. */
  get pending(): number {
    return this.#pending;
  }

  /** Takes a change, when it is one that this watcher is told of. */
  offer(change: ConnectionChange): void {
    if (this.#end.signal.aborted || !selects(this.selector, change.connection)) return;
    const { id } = change.connection;
    const waiting = this.#untold.get(id);
    const untold = waiting === undefined || waiting.taken ? new Untold() : waiting;
    if (waiting === undefined && this.#untold.size >= this.#backlog) return this.#fallBehind();
    this.#mailbox.offer(id, untold);
    this.#untold.set(id, untold);
    const replaced = untold.add(change);
    this.#counts.offered += 1;
    this.#counts.conflated += replaced;
    this.#pending += 1 - replaced;
  }

  /** Lets it tell what a fault held back. */
  wake(): void {
    if (!this.#end.signal.aborted) this.#mailbox.offer(nudge, undefined);
  }

  /** Ends the watch with this error. */
  end(error: WatchEndedError): void {
    this.#end.abort(error);
  }

  /** What the watcher is told after the initial event, without an end. Throws WatchEndedError or the signal's reason. */
  async *changes(signal: AbortSignal): AsyncGenerator<ConnectionChange, void, undefined> {
    const within = AbortSignal.any([signal, this.#end.signal]);
    for await (const batch of this.#mailbox.batches(within)) {
      for (const { key, value } of batch) {
        within.throwIfAborted();
        for (const change of this.#take(key, value)) {
          const told = this.#distortion.told(change);
          if (told === undefined) this.#withhold();
          else yield* this.#tell(told);
        }
      }
      yield* this.#tell(this.#distortion.released());
    }
  }

  /** Nobody reads any more: what waits is counted as not told. */
  [Symbol.dispose](): void {
    this.#mailbox.close();
    this.#counts.abandoned += this.#pending;
    this.#pending = 0;
  }

  #fallBehind(): void {
    const text = `changes of ${this.#backlog} connections wait (SYNCLINE_PROXY_WATCH_BACKLOG)`;
    this.end(new WatchEndedError('behind', `the watcher is behind: ${text}`));
  }

  *#tell(changes: readonly ConnectionChange[]): Generator<ConnectionChange, void, undefined> {
    for (const [index, change] of changes.entries()) {
      yield change;
      // A fault may tell of it twice.
      if (change === changes[index - 1]) continue;
      this.#pending -= 1;
      this.#counts.told += 1;
    }
  }

  #withhold(): void {
    this.#pending -= 1;
    this.#counts.dropped += 1;
  }

  #take(key: string | typeof nudge, untold: Untold | undefined): ConnectionChange[] {
    if (key !== nudge && this.#untold.get(key) === untold) this.#untold.delete(key);
    return untold?.take() ?? [];
  }
}
