// One window → running: first what it changes is worked out, then it is written in one transaction, then memory
// follows. Invariant: when the transaction throws, neither memory nor disk has changed and the window is whole.

import type { LeafStore } from './leaf-store.ts';
import { recordHeader } from './leaf-store.ts';
import type { LeafTable } from './leaf-table.ts';
import { decodePath } from './path-wire.ts';
import { Selector } from './selector.ts';
import type { Sync } from './sync.ts';
import { onDisk, removal, type Window } from './window.ts';

/** What a commit does with one row. */
const action = { nothing: 0, same: 1, adopt: 2, change: 3, remove: 4, disown: 5 } as const;

/** What one commit changed, in the order in which it did. */
export interface Changes {
  readonly leaves: Uint32Array;
  readonly swallowed: Uint32Array;
  readonly count: number;
}

/** The parts of a datastore that a commit works on. */
export interface CommitParts {
  readonly leaves: LeafTable;
  readonly store: LeafStore;
  /** The number under which the store has staged this window's values. */
  readonly staging: number;
  readonly version: number;
  /** Wall clock, nanoseconds since 1970. */
  readonly nowNs: bigint;
  /** Called inside the transaction, before its end: a failpoint. */
  readonly beforeEnd: () => void;
}

/**
 * Commits a window of `sync` and gives what changed in running; with no change there is no new version. The
 * window's rows are spent then. Throws the store's error when the disk does not take it.
 */
export function commitWindow(window: Window, sync: Sync, parts: CommitParts): Changes {
  if (window.kind === 'replace') sweep(window, sync, parts);
  const plan = new Uint8Array(window.count);
  const changed = planRows(window, sync, parts.leaves, plan);
  writeRows(window, sync, parts, plan, changed > 0);
  try {
    return applyRows(window, sync, parts, plan, changed);
  } catch (cause) {
    // Not an error of the store, whichever it was: the window is written, and to try it again would lose it.
    throw new Error('memory could not follow what is committed on disk', { cause });
  }
}

/** Adds a removal for every leaf of the sync that the complete tree lacked (datastore.md 6.5, 10). */
function sweep(window: Window, sync: Sync, { leaves, nowNs }: CommitParts): void {
  if (window.spared === 'all') return;
  for (const path of window.spared) {
    new Selector(leaves, [decodePath(path)], 0).walk((node) => {
      const leaf = leaves.tree.leaf(node);
      if (leaf >= 0) window.spare(leaf);
    });
  }
  const timeLow = Number(nowNs & 0xffffffffn);
  const timeHigh = Number(nowNs >> 32n);
  for (let leaf = 0; leaf < leaves.bound; leaf++) {
    if (((leaves.owners[leaf] as number) & sync.bit) === 0 || !leaves.isPresent(leaf)) continue;
    if (window.hasSeen(leaf) || window.row(leaf) >= 0) continue;
    window.remove(leaf, timeLow, timeHigh);
    sync.ledger.swept++;
  }
}

function planRows(window: Window, sync: Sync, leaves: LeafTable, plan: Uint8Array): number {
  let changed = 0;
  for (let row = 0; row < window.count; row++) {
    const leaf = window.leaf[row] as number;
    const owners = leaves.owners[leaf] as number;
    const present = leaves.isPresent(leaf);
    if (window.length[row] === removal) {
      if (!present || (owners & sync.bit) === 0) plan[row] = action.nothing;
      else plan[row] = (owners & ~sync.bit) === 0 ? action.remove : action.disown;
    } else if (!present || !sameValue(window, row, leaves, leaf)) plan[row] = action.change;
    else plan[row] = (owners & sync.bit) === 0 ? action.adopt : action.same;
    if (plan[row] === action.change || plan[row] === action.remove) changed++;
  }
  return changed;
}

function sameValue(window: Window, row: number, leaves: LeafTable, leaf: number): boolean {
  if (window.block[row] === onDisk) return false;
  const { slab } = leaves;
  const block = window.block[row] as number;
  const length = window.length[row] as number;
  const start = slab.start(block);
  return slab.equals(
    leaves.block[leaf] as number,
    leaves.length[leaf] as number,
    slab.bytes(block),
    start,
    start + length,
  );
}

function writeRows(window: Window, sync: Sync, parts: CommitParts, plan: Uint8Array, changes: boolean): void {
  const { leaves, store } = parts;
  const full = window.kind === 'replace';
  let writes = full || changes;
  for (let row = 0; !writes && row < plan.length; row++)
    writes = plan[row] === action.adopt || plan[row] === action.disown;
  if (!writes) return;
  store.transaction(() => {
    const records = new RecordArena();
    const staged = new StagedValues(store, parts.staging);
    for (let row = 0; row < window.count; row++) {
      const leaf = window.leaf[row] as number;
      const owners = leaves.owners[leaf] as number;
      switch (plan[row] as number) {
        case action.change: {
          if (!leaves.isPresent(leaf)) store.putPath(leaf, leaves.paths.view(leaf));
          const value =
            window.block[row] === onDisk
              ? staged.value(row)
              : leaves.slab.view(window.block[row] as number, window.length[row] as number);
          const present = leaves.isPresent(leaf) ? owners : 0;
          store.put(
            leaf,
            records.record(
              window.timeLow[row] as number,
              window.timeHigh[row] as number,
              present | sync.bit,
              value,
            ),
          );
          break;
        }
        case action.adopt:
          store.put(
            leaf,
            records.record(
              window.timeLow[row] as number,
              window.timeHigh[row] as number,
              owners | sync.bit,
              valueOf(leaves, leaf),
            ),
          );
          break;
        case action.disown:
          store.put(
            leaf,
            records.record(
              leaves.timeLow[leaf] as number,
              leaves.timeHigh[leaf] as number,
              owners & ~sync.bit,
              valueOf(leaves, leaf),
            ),
          );
          break;
        case action.remove:
          store.remove(leaf);
          break;
        default:
          break;
      }
    }
    if (changes) store.setVersion(parts.version + 1);
    if (full) store.setSync(sync.slot, sync.name, window.epoch, parts.nowNs);
    parts.beforeEnd();
  });
}

function valueOf(leaves: LeafTable, leaf: number): Uint8Array {
  return leaves.slab.view(leaves.block[leaf] as number, leaves.length[leaf] as number);
}

function applyRows(window: Window, sync: Sync, parts: CommitParts, plan: Uint8Array, count: number): Changes {
  const { leaves } = parts;
  const changes = { leaves: new Uint32Array(count), swallowed: new Uint32Array(count), count };
  const staged = new StagedValues(parts.store, parts.staging);
  let at = 0;
  for (let row = 0; row < window.count; row++) {
    const leaf = window.leaf[row] as number;
    const what = plan[row];
    if (what === action.nothing) continue;
    if (what === action.disown) {
      leaves.owners[leaf] = (leaves.owners[leaf] as number) & ~sync.bit;
      continue;
    }
    if (isEarlier(window, row, leaves, leaf)) sync.ledger.regressions++;
    leaves.timeLow[leaf] = window.timeLow[row] as number;
    leaves.timeHigh[leaf] = window.timeHigh[row] as number;
    if (what === action.same || what === action.adopt) {
      leaves.owners[leaf] = (leaves.owners[leaf] as number) | sync.bit;
      sync.ledger.unchanged++;
      continue;
    }
    if (what === action.remove) leaves.drop(leaf);
    else {
      const length = window.length[row] as number;
      const spilled = window.block[row] === onDisk;
      const value = spilled ? staged.value(row) : undefined;
      const block = value === undefined ? window.surrender(row) : leaves.slab.store(value, 0, value.length);
      leaves.put(leaf, block, value?.length ?? length, (leaves.owners[leaf] as number) | sync.bit);
    }
    changes.leaves[at] = leaf;
    changes.swallowed[at++] = window.swallowed[row] as number;
  }
  return changes;
}

function isEarlier(window: Window, row: number, leaves: LeafTable, leaf: number): boolean {
  if (!leaves.isPresent(leaf)) return false;
  const high = (window.timeHigh[row] as number) - (leaves.timeHigh[leaf] as number);
  return high < 0 || (high === 0 && (window.timeLow[row] as number) < (leaves.timeLow[leaf] as number));
}

/** Bytes of the first buffer of a RecordArena, for the many commits of a few leaves, and of the largest. */
const arenaBytes = { first: 1024, most: 64 * 1024 } as const;

/** Records of one transaction: cut from ever larger buffers, because they must outlive the statement they wait for. */
class RecordArena {
  #buffer: Buffer = Buffer.allocUnsafe(arenaBytes.first);
  #used = 0;

  record(timeLow: number, timeHigh: number, owners: number, value: Uint8Array): Uint8Array {
    const length = recordHeader + value.length;
    if (this.#used + length > this.#buffer.length) {
      const larger = Math.min(arenaBytes.most, 2 * this.#buffer.length);
      this.#buffer = Buffer.allocUnsafe(Math.max(larger, length));
      this.#used = 0;
    }
    const at = this.#used;
    this.#buffer.writeUInt32LE(timeLow, at);
    this.#buffer.writeUInt32LE(timeHigh, at + 4);
    this.#buffer.writeUInt32LE(owners >>> 0, at + 8);
    this.#buffer.set(value, at + recordHeader);
    this.#used += length;
    return this.#buffer.subarray(at, at + length);
  }
}

/** The spilled values of a window, in ascending order of rows, a page at a time. */
class StagedValues {
  #store: LeafStore;
  #window: number;
  #page: { row: number; value: Uint8Array }[] = [];
  #at = 0;

  constructor(store: LeafStore, window: number) {
    this.#store = store;
    this.#window = window;
  }

  value(row: number): Uint8Array {
    while ((this.#page[this.#at]?.row ?? row) < row) this.#at++;
    if (this.#page[this.#at]?.row !== row) {
      this.#page = this.#store.staged(this.#window, row);
      this.#at = 0;
    }
    const found = this.#page[this.#at];
    if (found?.row !== row) throw new Error(`the staged value of row ${row} is gone`);
    return found.value;
  }
}
