// What one subscriber is owed. A value that waits is held once, at the place where its leaf first waited, and leaves as
// it is by then; a delete waits once for a path, whatever was set and deleted there since. So the outbox holds no more
// values than the tree has leaves. Deletes, and what must leave as it is (sync_response, an atomic change, the end), keep
// their place and are bounded in number.

import type { Path } from '@syncline/gnmi/path.ts';
import { printPath } from '@syncline/gnmi/path-text.ts';
import { type Item, type Notification, noDuplicates, type Stamp } from './change.ts';
import { type TreeLeaf, valueSize } from './tree-leaf.ts';

/** A subscriber that reads so slowly that more waits for it than may. */
export class SlowConsumerError extends Error {
  override name = 'SlowConsumerError';

  /** `waiting` is what there may be no more of. */
  constructor(waiting: string) {
    super(`slow consumer: ${waiting} wait already`);
  }
}

/** Bounds of one outbox for items that cannot be coalesced. */
const maxWhole = 1_000;
const maxWholeBytes = 64 << 20;

/** Deletes that may wait however small the tree is. */
const leastMaxDeletes = 10_000;

/** Bytes of tags and lengths around a leaf, roughly. */
const leafOverhead = 16;

type Owed =
  | {
      readonly kind: 'update';
      readonly leaf: TreeLeaf;
      stamp: Stamp;
      /** Values that were overtaken while the leaf waited. */
      duplicates: number;
    }
  | { readonly kind: 'delete'; readonly leaf: TreeLeaf; readonly stamp: Stamp }
  | { readonly kind: 'whole'; readonly item: Item };

/** A queue of leaves and whole messages, first come, first served. */
export class Outbox {
  /** Updates by their leaf, deletes by the text of their path: a leaf that is set again is another one. */
  readonly #owed = new Map<TreeLeaf | string | Item, Owed>();
  readonly #tree: { readonly largest: number };
  #deletes = 0;
  #whole = 0;
  #wholeBytes = 0;

  /** `tree` tells how many leaves it had at the most. */
  constructor(tree: { readonly largest: number }) {
    this.#tree = tree;
  }

  /** Leaves and messages that wait. */
  get size(): number {
    return this.#owed.size;
  }

  /** The leaf has a new value: one that waits already stands for one more. */
  update(leaf: TreeLeaf, stamp: Stamp): void {
    const owed = this.#owed.get(leaf);
    if (owed?.kind !== 'update') return this.include(leaf, stamp);
    owed.duplicates++;
    owed.stamp = stamp;
  }

  /**
   * The leaf is gone, and with it the value that waits. Throws SlowConsumerError when as many deletes wait as the tree had
   * leaves at the most, and at least 10,000: to begin anew is then less to read.
   */
  remove(leaf: TreeLeaf, stamp: Stamp): void {
    this.#owed.delete(leaf);
    const key = printPath(leaf.path);
    if (this.#owed.has(key)) return;
    if (this.#deletes >= Math.max(leastMaxDeletes, this.#tree.largest)) {
      throw new SlowConsumerError(`${this.#deletes} deletes`);
    }
    this.#owed.set(key, { kind: 'delete', leaf, stamp });
    this.#deletes++;
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
    if (this.#whole >= maxWhole) throw new SlowConsumerError(`${maxWhole} items that cannot be coalesced`);
    if (this.#wholeBytes + rawSize(item) > maxWholeBytes) {
      throw new SlowConsumerError(`${maxWholeBytes} bytes of messages that cannot be coalesced`);
    }
    this.#owed.set(item, { kind: 'whole', item });
    this.#whole++;
    this.#wholeBytes += rawSize(item);
  }

  /** What waits for this leaf's path is overtaken: by a message that is appended next, or because nobody is to be told. */
  forget(leaf: TreeLeaf): void {
    this.#owed.delete(leaf);
    // Were it left, it would stand for a later delete as well, although the message comes between the two.
    if (this.#deletes > 0 && this.#owed.delete(printPath(leaf.path))) this.#deletes--;
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
    for (const [key, owed] of this.#owed) {
      if (owed.kind === 'whole' || owed.stamp !== stamp || bytes >= maxBytes) break;
      const { leaf } = owed;
      this.#owed.delete(key);
      bytes += leaf.pathSize + leafOverhead;
      if (owed.kind === 'delete') {
        this.#deletes--;
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
