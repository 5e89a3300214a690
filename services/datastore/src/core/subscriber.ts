// One northbound subscriber in the core: its initial set, what it is owed when it lags, and its samples. It is
// pulled: it makes a page when the last one has left, so its speed is its reader's.
// Invariant: at its sync_response the pages so far add up to running at one position (datastore.md 6.5, 9 and 20).
import { Arrears, type Tally } from './arrears.ts';
import type { ChangeRing } from './change-ring.ts';
import type { Feed } from './feed.ts';
import type { LeafTable } from './leaf-table.ts';
import { NotificationWriter } from './notification-writer.ts';
import { decodePath } from './path-wire.ts';
import type { CoreLimits, Page, Subscription } from './protocol.ts';
import { Sampler } from './sampler.ts';
import { Selector } from './selector.ts';

/** Leaves that the initial set takes at one position of the ring: 2 to this power. */
const sliceBits = 10;

/** What a page holds at the most, apart from one slice of the initial set. */
const pageBytes = 256 * 1024;

/** Where a subscriber stands; only 'live' is fed by pushes. */
export type Phase = 'initial' | 'owed' | 'live' | 'resting';

/** What one pull gives; the caller knows datastore and subscriber. */
export type PageContent = Pick<Page, 'frames' | 'updates' | 'coalesced' | 'sync' | 'then'>;

export class Subscriber {
  readonly id: number;
  readonly feed: Feed;
  phase: Phase = 'initial';
  readonly samplers: readonly Sampler[];
  readonly #subscription: Subscription;
  readonly #leaves: LeafTable;
  readonly #ring: ChangeRing;
  readonly #writer: NotificationWriter;
  readonly #whole: Selector;
  readonly #arrears: Arrears;
  /** The slices of leaf ids that have yet to be taken, ascending. */
  #slices: number[] = [];
  /** For each slice, the head when it was taken; Infinity while it waits, 0 when it held nothing to take. */
  #sliceHeads: Float64Array = new Float64Array(0);
  #synced = false;

  constructor(
    id: number,
    subscription: Subscription,
    feed: Feed,
    leaves: LeafTable,
    ring: ChangeRing,
    tally: Tally,
    limits: CoreLimits,
    nowMs: number,
  ) {
    this.id = id;
    this.feed = feed;
    this.#subscription = subscription;
    this.#leaves = leaves;
    this.#ring = ring;
    const { encoding, target } = subscription;
    this.#writer = new NotificationWriter(leaves, encoding, target, limits.messageBytes);
    this.#whole = subscription.paths.every(({ delivery }) => delivery.kind === 'change')
      ? feed.selector
      : new Selector(
          leaves,
          subscription.paths.map(({ path }) => decodePath(path)),
          subscription.depth,
        );
    this.#arrears = new Arrears(ring.head, ring, leaves, tally);
    this.samplers =
      subscription.mode === 'stream'
        ? subscription.paths.flatMap(
            (path) => Sampler.of(path, subscription.depth, leaves, ring.head, nowMs) ?? [],
          )
        : [];
    this.restart();
  }

  /** Takes the initial set anew, from what running is now: at the start, and for each poll. */
  restart(): void {
    this.phase = 'initial';
    this.#synced = false;
    this.#arrears.cursor = this.#ring.head;
    const leaves = this.#subscription.updatesOnly ? new Uint32Array(0) : this.#whole.collect();
    this.#slices = [...new Set(leaves.map((leaf) => leaf >>> sliceBits))];
    this.#sliceHeads = new Float64Array((this.#leaves.bound >>> sliceBits) + 1);
    for (const slice of this.#slices) this.#sliceHeads[slice] = Number.POSITIVE_INFINITY;
  }

  /** The reader has stopped after it was given everything up to `cursor`. */
  lag(cursor: number): void {
    this.#arrears.cursor = cursor;
    this.phase = 'owed';
  }

  /** The ring is about to overwrite its entries up to `position`. */
  fold(position: number): void {
    if (this.phase !== 'live' && this.phase !== 'resting' && this.#arrears.cursor < position)
      this.#arrears.fold(position, this.#concerns);
  }

  /** Up to date and pushed to. */
  get isLive(): boolean {
    return this.phase === 'live';
  }

  /** Entries folded for this subscriber. */
  get folded(): number {
    return this.#arrears.folded;
  }

  /** The position before which this subscriber needs no leaf that has gone; -1 when it may need any. */
  get needsFrom(): number {
    const samples = this.samplers.reduce(
      (least, { position }) => Math.min(least, position),
      Number.POSITIVE_INFINITY,
    );
    if (this.phase === 'live' || this.phase === 'resting') return samples;
    return this.#arrears.folded > 0 ? -1 : Math.min(samples, this.#arrears.cursor);
  }

  /** The next page. The subscriber is live, resting or has more when this returns. */
  pull(): PageContent {
    if (this.phase === 'initial') this.#takeInitial();
    if (this.#slices.length === 0) this.#arrears.pay(this.#writer, pageBytes, this.#concerns);
    if (this.#slices.length > 0 || !this.#arrears.settled) return this.#page({ kind: 'more' }, false);
    const sync = !this.#synced;
    if (sync) this.#writer.sync();
    this.#synced = true;
    this.#sliceHeads = new Float64Array(0);
    if (this.#subscription.mode !== 'stream') {
      this.phase = 'resting';
      return this.#page({ kind: 'done' }, sync);
    }
    this.phase = 'live';
    return this.#page({ kind: 'live', feed: this.feed.id, head: this.#ring.head }, sync);
  }

  /** A sample that is due, as a page that nobody pulled; undefined when there is nothing to say or nobody reads. */
  sample(sampler: Sampler, nowMs: number): PageContent | undefined {
    if (this.phase !== 'live') return undefined;
    const { head } = this.#ring;
    sampler.sample(this.#writer, head, nowMs);
    return this.#writer.updates === 0 ? undefined : this.#page({ kind: 'unasked', head }, false);
  }

  #takeInitial(): void {
    let taken = 0;
    for (const slice of this.#slices) {
      if (this.#writer.size >= pageBytes) break;
      this.#sliceHeads[slice] = this.#ring.head;
      const end = Math.min((slice + 1) << sliceBits, this.#leaves.bound);
      for (let leaf = slice << sliceBits; leaf < end; leaf++)
        if (this.#leaves.isPresent(leaf) && this.#whole.covers(leaf)) this.#writer.add(leaf, 0);
      taken++;
    }
    this.#slices.splice(0, taken);
    if (this.#slices.length === 0) this.phase = 'owed';
  }

  readonly #concerns = (leaf: number, position: number): boolean => {
    if (position <= (this.#sliceHeads[leaf >>> sliceBits] ?? 0)) return false;
    return (this.#synced ? this.feed.selector : this.#whole).covers(leaf);
  };

  #page(then: Page['then'], sync: boolean): PageContent {
    const { updates, coalesced } = this.#writer;
    return { updates, coalesced, frames: this.#writer.take(), sync, then };
  }
}
