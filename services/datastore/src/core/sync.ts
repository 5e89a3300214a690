// One sync of a datastore in the core: its windows and its ledger. At the most three windows exist: the one that is
// being filled, and before it what is sealed or was left by the epoch before and still waits for its commit.
// Invariant: `waiting` is in the order of the stream.
import type { LeafTable } from './leaf-table.ts';
import { emptyLedger, Quarantine } from './ledger.ts';
import { decodePath } from './path-wire.ts';
import type { Ledger, SyncSpec } from './protocol.ts';
import { Selector } from './selector.ts';
import { Window } from './window.ts';

export class Sync {
  readonly slot: number;
  readonly name: string;
  /** The sync's bit in the owners of a leaf. */
  readonly bit: number;
  /** What the sync subscribes to; a leaf outside is quarantined. */
  readonly scope: Selector;
  readonly ledger: Ledger = emptyLedger();
  readonly quarantine: Quarantine = new Quarantine();
  epoch = 0;
  lastSyncNs = 0n;
  /** Windows that are ready for their commit, oldest first. */
  readonly waiting: Window[] = [];
  /** The window that is being filled. */
  open: Window | undefined;
  #leaves: LeafTable;
  #spare: Window | undefined;

  constructor(spec: SyncSpec, leaves: LeafTable) {
    this.slot = spec.slot;
    this.name = spec.name;
    this.bit = 1 << spec.slot;
    this.scope = new Selector(
      leaves,
      spec.paths.map((path) => decodePath(path)),
      0,
    );
    this.#leaves = leaves;
  }

  /** Begins an epoch: what is received from now on is the device's whole tree. Gives the windows it discards. */
  begin(epoch: number): Window[] {
    const discarded = this.end();
    this.epoch = epoch;
    this.open = new Window('replace', epoch, this.#leaves.slab);
    return discarded;
  }

  /** Ends the epoch: a replace window that is not complete is given back, a merge window waits for its commit. */
  end(): Window[] {
    const open = this.open;
    this.open = undefined;
    if (open === undefined) return [];
    if (open.kind === 'replace') return [open];
    if (!open.isEmpty) this.waiting.push(open);
    return [];
  }

  /** The device's tree is complete. Gives the older windows that it supersedes. */
  seal(): Window[] {
    const window = this.open;
    if (window === undefined || window.kind !== 'replace') return [];
    const superseded = this.waiting.splice(0);
    window.sealed = true;
    this.waiting.push(window);
    this.open = this.#merge(window.epoch);
    return superseded;
  }

  /** When nothing waits: what the merge window has gathered is ready for its commit, and a new one is opened. */
  cut(): void {
    const open = this.open;
    if (open === undefined || open.kind !== 'merge' || open.isEmpty || this.waiting.length > 0) return;
    this.waiting.push(open);
    this.open = this.#merge(open.epoch);
  }

  /** Takes back a merge window that is done with, emptied, so that the next one need not allocate. */
  recycle(window: Window): void {
    window.clear();
    if (window.kind === 'merge') this.#spare = window;
  }

  /** Whether some window other than the open one has an operation on the leaf. */
  waitsOn(leaf: number): boolean {
    return this.waiting.some((window) => window.row(leaf) >= 0);
  }

  /** Every window there is. */
  windows(): Window[] {
    return this.open === undefined ? this.waiting : [...this.waiting, this.open];
  }

  /** Items in windows that are not committed. */
  pending(): number {
    return this.windows().reduce((items, window) => items + window.items, 0);
  }

  #merge(epoch: number): Window {
    const spare = this.#spare;
    this.#spare = undefined;
    if (spare === undefined) return new Window('merge', epoch, this.#leaves.slab);
    spare.epoch = epoch;
    return spare;
  }
}
