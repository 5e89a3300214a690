// Committing what is ready, one window at a time and oldest first. A window that the disk does not take is kept and
// tried again with backoff, while the windows behind it go on filling.
import type { Clock, Timer } from '@syncline/runtime/clock.ts';
import type { Rng } from '@syncline/runtime/rng.ts';
import { DiskHealth } from '@syncline/sqlite/disk-health.ts';
import { type Changes, commitWindow } from './commit.ts';
import type { CoreTrace } from './core-trace.ts';
import type { CorePoint } from './failpoints.ts';
import type { LeafStore } from './leaf-store.ts';
import type { LeafTable } from './leaf-table.ts';
import { passingFault } from './passing-fault.ts';
import type { CoreStatus } from './protocol.ts';
import type { Spill } from './spill.ts';
import type { Sync } from './sync.ts';
import type { Window } from './window.ts';

/** What commits work on. */
export interface CommitsParts {
  readonly leaves: LeafTable;
  readonly store: LeafStore;
  readonly spill: Spill;
  readonly clock: Clock;
  readonly rng: Rng;
  readonly retryMs: { readonly initial: number; readonly max: number };
  readonly failpoint: (name: CorePoint) => void;
  readonly trace: CoreTrace | undefined;
  /** Commits fail, or work again when the text is empty. */
  readonly degraded: (error: string) => void;
  /** Running has changed; called before the next commit. */
  readonly changed: (changes: Changes) => void;
  /** The window's rows have taken effect; it is about to be emptied. */
  readonly spent: (window: Window) => void;
  /** A complete tree is committed. */
  readonly synced: (sync: Sync, epoch: number) => void;
  /** Time to try again. */
  readonly retry: () => void;
}

export class Commits implements Disposable {
  readonly #parts: CommitsParts;
  readonly #disk: DiskHealth;
  #version: number;
  #timer: Timer | undefined;
  #committed = 0;

  constructor(parts: CommitsParts) {
    this.#parts = parts;
    const { initial: initialMs, max: maxMs } = parts.retryMs;
    this.#disk = new DiskHealth({ initialMs, maxMs }, parts.clock, parts.rng);
    this.#disk.onTurned((error) => parts.degraded(error?.message ?? ''));
    this.#version = parts.store.version();
  }

  /** Grows by one with each commit that changed running. */
  get version(): number {
    return this.#version;
  }

  /** Whether the disk has refused the last commit and the next attempt is yet to come. */
  get waiting(): boolean {
    return this.#timer !== undefined;
  }

  status(discarded: number): CoreStatus['commits'] {
    const { refusals: failed, refusingMs: inFlightMs, error } = this.#disk;
    return { committed: this.#committed, failed, discarded, inFlightMs, lastError: error?.message ?? '' };
  }

  /** Commits every window of the sync that is ready; false when the disk refuses. */
  run(sync: Sync): boolean {
    sync.cut();
    for (let window = sync.waiting[0]; window !== undefined; window = sync.waiting[0]) {
      if (!this.#attempt(sync, window)) return false;
      sync.cut();
    }
    return true;
  }

  /** The disk has refused a commit, or what a sync needs to go on: there is another attempt in a while. */
  refused(error: Error): void {
    const { clock, retry } = this.#parts;
    const disk = this.#disk;
    disk.refuses(error);
    if (this.#timer !== undefined || disk.retryAtMs === undefined) return;
    this.#timer = clock.setTimer(disk.retryAtMs - clock.monotonic(), () => {
      this.#timer = undefined;
      retry();
    });
  }

  [Symbol.dispose](): void {
    this.#timer?.clear();
  }

  #attempt(sync: Sync, window: Window): boolean {
    const { trace, store } = this.#parts;
    try {
      if (trace === undefined) this.#commit(sync, window);
      else trace.committing(sync, window, () => this.#commit(sync, window));
      return true;
    } catch (error) {
      this.refused(passingFault(`writing ${store.file}`, error));
      return false;
    }
  }

  #commit(sync: Sync, window: Window): void {
    const { leaves, store, spill, clock, failpoint, spent } = this.#parts;
    const nowNs = clock.now();
    failpoint('commit.begin');
    const staging = spill.number(window);
    const beforeEnd = () => failpoint('commit.end');
    const changes = commitWindow(window, sync, {
      leaves,
      store,
      staging,
      version: this.#version,
      nowNs,
      beforeEnd,
    });
    this.#accepted();
    sync.waiting.shift();
    sync.ledger.applied += window.items;
    if (changes.count > 0) {
      this.#version++;
      this.#parts.changed(changes);
    }
    if (window.kind === 'replace') {
      sync.lastSyncNs = nowNs;
      this.#parts.synced(sync, window.epoch);
    }
    spent(window);
    spill.drop(window);
    sync.recycle(window);
    failpoint('commit.after');
  }

  #accepted(): void {
    this.#committed++;
    this.#disk.works();
  }
}
