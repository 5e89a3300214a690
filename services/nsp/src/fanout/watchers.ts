// Everybody who watches, for operators: since when, what they were sent, what they skipped, and who takes nothing.

import type { Clock } from '@syncline/runtime/clock.ts';
import type { ListVersion, SharedList } from './shared-list.ts';

const watchKinds = ['trench', 'conduit', 'stream', 'flow', 'vip', 'attractor', 'gateway', 'target'] as const;

/** What a watch is about. */
export type WatchKind = (typeof watchKinds)[number];

/** There are as many watchers as may be. */
export class TooManyWatchersError extends Error {
  override name = 'TooManyWatchersError';

  constructor(most: number) {
    super(`no room for more watchers: SYNCLINE_NSP_WATCHERS is ${most}`);
  }
}

export interface WatcherView {
  readonly kind: WatchKind;
  readonly peer: string;
  readonly sinceUnixMs: number;
  /** Lists that it took. */
  readonly delivered: number;
  /** Lists that a newer one replaced before it took them. */
  readonly conflated: number;
  /** For how long it has not taken what it was given, in ms; 0 when it has. */
  readonly blockedMs: number;
}

/** Of all watchers of a kind since the start. */
export interface KindCounts {
  open: number;
  delivered: number;
  conflated: number;
}

export class Watchers {
  readonly #clock: Clock;
  readonly #most: number;
  readonly #open = new Set<Watcher>();
  readonly #counts = new Map<WatchKind, KindCounts>(
    watchKinds.map((kind) => [kind, { open: 0, delivered: 0, conflated: 0 }]),
  );

  /** One more than `most` is refused. */
  constructor(clock: Clock, most: number) {
    this.#clock = clock;
    this.#most = most;
  }

  /** In the order in which they came. */
  views(): readonly WatcherView[] {
    return Array.from(this.#open, (watcher) => watcher.view());
  }

  counts(): ReadonlyMap<WatchKind, Readonly<KindCounts>> {
    return this.#counts;
  }

  /** Throws TooManyWatchersError. Disposing the watcher lets the next one in. */
  open(kind: WatchKind, peer: string): Watcher {
    const counts = this.#counts.get(kind);
    if (counts === undefined || this.#open.size >= this.#most) throw new TooManyWatchersError(this.#most);
    const watcher = new Watcher(kind, peer, this.#clock, counts, () => this.#open.delete(watcher));
    this.#open.add(watcher);
    return watcher;
  }
}

/** One of them. */
export class Watcher implements Disposable {
  readonly #kind: WatchKind;
  readonly #peer: string;
  readonly #clock: Clock;
  readonly #counts: KindCounts;
  readonly #close: () => void;
  readonly #sinceUnixMs: number;
  #delivered = 0;
  #conflated = 0;
  #newest = 0;
  #givenMs: number | undefined;

  constructor(kind: WatchKind, peer: string, clock: Clock, counts: KindCounts, close: () => void) {
    this.#kind = kind;
    this.#peer = peer;
    this.#clock = clock;
    this.#counts = counts;
    this.#close = close;
    this.#sinceUnixMs = Number(clock.now() / 1_000_000n);
    counts.open += 1;
  }

  /**
   * The responses of a list, from the one it is now. The next is asked for when the one before was taken (see
   * ServeLimits.stallMs), so the newest is always what comes next. One that is again what was taken last is not given.
   */
  async *responses(list: SharedList, signal: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
    let taken: Uint8Array | undefined;
    for await (const version of list.versions(signal)) {
      const { response } = version;
      if (taken !== undefined && Buffer.compare(taken, response) === 0) continue;
      this.#give(version);
      yield response;
      taken = response;
      this.#givenMs = undefined;
      this.#delivered += 1;
      this.#counts.delivered += 1;
    }
  }

  view(): WatcherView {
    return {
      kind: this.#kind,
      peer: this.#peer,
      sinceUnixMs: this.#sinceUnixMs,
      delivered: this.#delivered,
      conflated: this.#conflated,
      blockedMs: this.#givenMs === undefined ? 0 : this.#clock.monotonic() - this.#givenMs,
    };
  }

  [Symbol.dispose](): void {
    this.#counts.open -= 1;
    this.#close();
  }

  #give({ number }: ListVersion): void {
    const skipped = this.#newest === 0 ? 0 : number - this.#newest - 1;
    this.#newest = number;
    this.#conflated += skipped;
    this.#counts.conflated += skipped;
    this.#givenMs = this.#clock.monotonic();
  }
}
