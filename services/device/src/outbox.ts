// What one subscriber is owed. A leaf that waits is held once, at the place where it first waited, and leaves
// with the value it has by then; so the outbox never holds more than the tree has leaves, plus the deletes that
// wait. What must leave as it is (sync_response, an atomic change, the end) keeps its place and is bounded.

import type { Path } from '@syncline/gnmi/path.ts';
import { type Item, type Notification, noDuplicates, type Stamp } from './change.ts';
import { type TreeLeaf, valueSize } from './tree-leaf.ts';

/** A subscriber that reads so slowly that more waits for it than may, of what cannot be coalesced. */
export class SlowConsumerError extends Error {
  override name = 'SlowConsumerError';

  constructor(bound: string) {
    super(`slow consumer: ${bound} wait that cannot be coalesced`);
  }
}

/** Bounds of one outbox for items that cannot be coalesced. */
const MAX_WHOLE = 1_000;
const MAX_WHOLE_BYTES = 64 << 20;

/** Bytes of tags and lengths around a leaf, roughly. */
const LEAF_OVERHEAD = 16;

type Owed =
  | {
      kind: 'update' | 'delete';
      readonly leaf: TreeLeaf;
      stamp: Stamp;
      /** Values that were overtaken while the leaf waited. */
      duplicates: number;
    }
  | { readonly kind: 'whole'; readonly item: Item };

/** A queue of leaves and whole messages, first come, first served. */
export class Outbox {
  readonly #owed = new Map<TreeLeaf | Item, Owed>();
  #whole = 0;
  #wholeBytes = 0;

  /** Leaves and messages that wait. */
  get size(): number {
    return this.#owed.size;
  }

  /** The leaf has a new value: one that waits already stands for one more. */
  update(leaf: TreeLeaf, stamp: Stamp): void {
    this.#supersede(leaf, 'update', stamp);
  }

  /** The leaf is gone. */
  remove(leaf: TreeLeaf, stamp: Stamp): void {
    this.#supersede(leaf, 'delete', stamp);
  }

  /** The leaf is to be sent as it is, unless it waits already. */
  include(leaf: TreeLeaf, stamp: Stamp): void {
    if (!this.#owed.has(leaf)) this.#owed.set(leaf, { kind: 'update', leaf, stamp, duplicates: 0 });
  }

  /**
   * Puts an item that cannot be coalesced after all that waits. Throws SlowConsumerError when 1,000 of them or
   * 64 MiB of messages wait.
   */
  append(item: Item): void {
    if (this.#whole >= MAX_WHOLE) throw new SlowConsumerError(`${MAX_WHOLE} items`);
    if (this.#wholeBytes + rawSize(item) > MAX_WHOLE_BYTES) {
      throw new SlowConsumerError(`${MAX_WHOLE_BYTES} bytes of messages`);
    }
    this.#owed.set(item, { kind: 'whole', item });
    this.#whole++;
    this.#wholeBytes += rawSize(item);
  }

  /** What waits for this leaf is overtaken by a message that is appended next. */
  forget(leaf: TreeLeaf): void {
    this.#owed.delete(leaf);
  }

  /**
   * Takes the next item, undefined when nothing waits. Leaves that waited one after the other and share a
   * stamp share a notification, up to about `maxBytes` of it or one leaf.
   */
  take(maxBytes: number): Item | undefined {
    for (const first of this.#owed.values()) {
      return first.kind === 'whole' ? this.#takeWhole(first.item) : this.#takeLeaves(first.stamp, maxBytes);
    }
    return undefined;
  }

  #supersede(leaf: TreeLeaf, kind: 'update' | 'delete', stamp: Stamp): void {
    const owed = this.#owed.get(leaf);
    if (owed === undefined || owed.kind === 'whole') {
      this.#owed.set(leaf, { kind, leaf, stamp, duplicates: 0 });
      return;
    }
    if (owed.kind === 'update') owed.duplicates++;
    owed.kind = kind;
    owed.stamp = stamp;
  }

  #takeWhole(item: Item): Item {
    this.#owed.delete(item);
    this.#whole--;
    this.#wholeBytes -= rawSize(item);
    return item;
  }

  #takeLeaves(stamp: Stamp, maxBytes: number): Notification {
    const deletes: Path[] = [];
    const updates: TreeLeaf[] = [];
    let duplicates: Map<TreeLeaf, number> | undefined;
    let bytes = 0;
    for (const owed of this.#owed.values()) {
      if (owed.kind === 'whole' || owed.stamp !== stamp || bytes >= maxBytes) break;
      const { leaf } = owed;
      this.#owed.delete(leaf);
      bytes += leaf.pathSize + LEAF_OVERHEAD;
      if (owed.kind === 'delete') {
        deletes.push(leaf.path);
        continue;
      }
      updates.push(leaf);
      bytes += valueSize(leaf.value);
      if (owed.duplicates > 0) (duplicates ??= new Map()).set(leaf, owed.duplicates);
    }
    return {
      kind: 'notification',
      stamp,
      atomicUnder: undefined,
      deletes,
      updates,
      duplicates: duplicates ?? noDuplicates,
    };
  }
}

function rawSize(item: Item): number {
  return item.kind === 'raw' ? item.notification.length : 0;
}
