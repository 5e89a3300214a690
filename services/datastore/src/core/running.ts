// One datastore in the core: what is known, what is committed, and who is told. Everything happens in order on one
// thread: bytes come in, a window is cut, committed and published, all in one task.
// Invariants (datastore.md 6.5): one commit at a time, epochs in order, a window that cannot be committed is kept.
import { Backoff } from '@syncline/runtime/backoff.ts';
import type { Clock, Timer } from '@syncline/runtime/clock.ts';
import { FailpointError } from '@syncline/runtime/failpoint.ts';
import type { Rng } from '@syncline/runtime/rng.ts';
import { Audience, type AudienceEvents } from './audience.ts';
import { commitWindow } from './commit.ts';
import type { CorePoint } from './failpoints.ts';
import { Intake } from './intake.ts';
import { LeafStore, recordHeader } from './leaf-store.ts';
import { LeafTable } from './leaf-table.ts';
import type { CoreLimits, CoreStatus, CoreSyncStatus, Opened, SyncSpec } from './protocol.ts';
import { Sync } from './sync.ts';
import { onDisk, removal, type Window } from './window.ts';

/** What a datastore tells the main thread, besides what its audience is told. */
export interface RunningEvents extends AudienceEvents {
  readonly ingested: (sync: number, epoch: number) => void;
  readonly sealed: (sync: number, epoch: number) => void;
  readonly synced: (sync: number, epoch: number, version: number, atNs: bigint) => void;
  readonly degraded: (error: string) => void;
}

/** What a datastore needs from its surroundings. */
export interface RunningParts {
  readonly file: string;
  readonly syncs: readonly SyncSpec[];
  readonly limits: CoreLimits;
  readonly clock: Clock;
  readonly rng: Rng;
  readonly events: RunningEvents;
  /** Called at named points of a commit, for fault tests; may throw. */
  readonly failpoint: (name: CorePoint) => void;
}

/** Leaves that have gone are forgotten together, when they are this many. */
const reclaimBatch = 1024;

/** Values written to disk in one piece of a spill. */
const spillRows = 1000;

export class Running implements Disposable {
  readonly audience: Audience;
  readonly #parts: RunningParts;
  readonly #leaves: LeafTable;
  readonly #store: LeafStore;
  readonly #intake: Intake;
  readonly #syncs: Map<number, Sync> = new Map();
  readonly #backoff: Backoff;
  readonly #stagings: Map<Window, { readonly number: number; row: number }> = new Map();
  #withheld: Set<Sync> = new Set();
  /** The head of the ring when a sync was last given credit: its next bytes prove that the main thread got so far. */
  #creditedAt: Map<Sync, number> = new Map();
  #gone: number[] = [];
  #version: number;
  #retry: Timer | undefined;
  #failingSince: number | undefined;
  #nextStaging = 1;
  #committed = 0;
  #failed = 0;
  #discarded = 0;
  #lastError = '';

  /** Opens the store and reads running back. Throws DatabaseOpenError when the file cannot be used. */
  constructor(parts: RunningParts) {
    this.#parts = parts;
    this.#leaves = new LeafTable(parts.limits.pathBytes);
    this.#store = new LeafStore(parts.file);
    this.#backoff = new Backoff(
      {
        initialMs: parts.limits.commitRetryMs.initial,
        maxMs: parts.limits.commitRetryMs.max,
        factor: 2,
        jitter: 0.2,
        resetAfterMs: 0,
      },
      parts.clock,
      parts.rng,
    );
    this.audience = new Audience(this.#leaves, parts.limits, parts.clock, parts.events);
    this.#intake = new Intake(this.#leaves, {
      sealed: (sync) => this.#seal(sync),
      unused: (leaf) => this.#gone.push(leaf),
      now: () => parts.clock.now(),
    });
    for (const spec of parts.syncs) this.#syncs.set(spec.slot, new Sync(spec, this.#leaves));
    this.#version = this.#store.version();
    this.#load();
  }

  /** The leaves, for queries; only this class changes them. */
  get leaves(): LeafTable {
    return this.#leaves;
  }

  /** What was read back when the store was opened. */
  opened(): Opened {
    const slots = this.#parts.syncs.reduce((most, { slot }) => Math.max(most, slot + 1), 0);
    return {
      version: this.#version,
      leaves: this.#leaves.present,
      lastSyncNs: Array.from({ length: slots }, (_, slot) => this.#syncs.get(slot)?.lastSyncNs ?? 0n),
    };
  }

  /** A session's new epoch begins. */
  begin(slot: number, epoch: number): void {
    const sync = this.#syncs.get(slot);
    if (sync === undefined) return;
    if (this.#withheld.delete(sync)) this.#parts.events.ingested(slot, sync.epoch);
    this.#creditedAt.delete(sync);
    for (const window of sync.begin(epoch)) this.#discard(sync, window);
  }

  /** Bytes of a session; its credit comes back by `ingested`, at once unless a window is full. */
  ingest(slot: number, epoch: number, chunk: Uint8Array): void {
    const sync = this.#syncs.get(slot);
    if (sync === undefined) return;
    this.audience.acknowledge(this.#creditedAt.get(sync) ?? 0);
    this.#intake.take(sync, epoch, chunk);
    this.#commitAll();
    if (this.#isFull(sync)) this.#withheld.add(sync);
    else this.#grant(sync, epoch);
    this.#reclaim();
  }

  /** The session is over. */
  end(slot: number, epoch: number): void {
    const sync = this.#syncs.get(slot);
    if (sync === undefined || sync.epoch !== epoch) return;
    for (const window of sync.end()) this.#discard(sync, window);
    this.#commitAll();
  }

  status(): CoreStatus {
    const since = this.#failingSince;
    return {
      version: this.#version,
      leaves: this.#leaves.present,
      valueBytes: this.#leaves.slab.usedBytes,
      syncs: [...this.#syncs.values()].map(statusOf),
      commits: {
        committed: this.#committed,
        failed: this.#failed,
        discarded: this.#discarded,
        inFlightMs: since === undefined ? 0 : this.#parts.clock.monotonic() - since,
        lastError: this.#lastError,
      },
      lagging: this.audience.lagging,
      folded: this.audience.folded,
    };
  }

  [Symbol.dispose](): void {
    this.#retry?.clear();
    this.#store[Symbol.dispose]();
  }

  #load(): void {
    const leaves = this.#leaves;
    for (const stored of this.#store.syncs()) {
      const sync = this.#syncs.get(stored.slot);
      if (sync !== undefined) sync.lastSyncNs = stored.lastSyncNs;
    }
    this.#store.loadLeaves((leaf, path, record) => {
      const header = new DataView(record.buffer, record.byteOffset, recordHeader);
      leaves.load(leaf, path);
      const block = leaves.slab.store(record, recordHeader, record.length);
      leaves.put(leaf, block, record.length - recordHeader, header.getUint32(8, true));
      leaves.timeLow[leaf] = header.getUint32(0, true);
      leaves.timeHigh[leaf] = header.getUint32(4, true);
    });
  }

  #seal(sync: Sync): void {
    for (const window of sync.seal()) this.#discard(sync, window);
    this.#parts.events.sealed(sync.slot, sync.epoch);
  }

  /** Commits whatever is ready, oldest first. While the disk does not take it, a timer tries again. */
  #commitAll(): void {
    if (this.#retry !== undefined) return;
    for (const sync of this.#syncs.values()) {
      sync.cut();
      for (let window = sync.waiting[0]; window !== undefined; window = sync.waiting[0]) {
        if (!this.#commit(sync, window)) return;
        sync.cut();
      }
      this.#credit(sync);
    }
  }

  #commit(sync: Sync, window: Window): boolean {
    const parts = this.#parts;
    const nowNs = parts.clock.now();
    try {
      parts.failpoint('commit.begin');
      const changes = commitWindow(window, sync, {
        leaves: this.#leaves,
        store: this.#store,
        staging: this.#stagings.get(window)?.number ?? 0,
        version: this.#version,
        nowNs,
        beforeEnd: () => parts.failpoint('commit.end'),
      });
      this.#succeeded();
      sync.waiting.shift();
      sync.ledger.applied += window.items;
      this.#committed++;
      if (changes.count > 0) {
        this.#version++;
        this.audience.publish(changes);
        for (let at = 0; at < changes.count; at++) {
          const leaf = changes.leaves[at] as number;
          if (!this.#leaves.isPresent(leaf)) this.#gone.push(leaf);
        }
      }
      if (window.kind === 'replace') {
        sync.lastSyncNs = nowNs;
        parts.events.synced(sync.slot, window.epoch, this.#version, nowNs);
      }
      this.#unstage(window);
      sync.recycle(window);
      parts.failpoint('commit.after');
      return true;
    } catch (error) {
      this.#failedWith(error);
      return false;
    }
  }

  #succeeded(): void {
    if (this.#failingSince === undefined) return;
    this.#failingSince = undefined;
    this.#lastError = '';
    this.#backoff.running();
    this.#parts.events.degraded('');
  }

  #failedWith(error: unknown): void {
    if (!isStoreError(error)) throw error;
    this.#failed++;
    this.#lastError = error.message;
    if (this.#failingSince === undefined) {
      this.#failingSince = this.#parts.clock.monotonic();
      this.#parts.events.degraded(error.message);
    }
    this.#retry = this.#parts.clock.setTimer(this.#backoff.next(), () => {
      this.#retry = undefined;
      this.#commitAll();
    });
  }

  /** A window holds all it may. A replace window spills, because only its sync_response can end it. */
  #isFull(sync: Sync): boolean {
    const { open } = sync;
    if (open === undefined || open.bytes <= this.#parts.limits.windowBytes) return false;
    return open.kind === 'merge' || !this.#spill(open);
  }

  #spill(window: Window): boolean {
    const staging = this.#stagings.get(window) ?? { number: this.#nextStaging++, row: 0 };
    this.#stagings.set(window, staging);
    try {
      while (staging.row < window.count) {
        const rows: [number, Uint8Array][] = [];
        for (; staging.row < window.count && rows.length < spillRows; staging.row++) {
          const { row } = staging;
          const length = window.length[row] as number;
          if (length !== removal && window.block[row] !== onDisk)
            rows.push([row, this.#leaves.slab.view(window.block[row] as number, length)]);
        }
        this.#store.stage(staging.number, rows);
        for (const [row] of rows) window.spill(row);
      }
      return true;
    } catch (error) {
      if (!isStoreError(error)) throw error;
      staging.row = 0;
      this.#lastError = error.message;
      return false;
    } finally {
      // A row that is set again after its spill comes back into memory: the next spill looks at all rows.
      if (staging.row >= window.count) staging.row = 0;
    }
  }

  #unstage(window: Window): void {
    const staging = this.#stagings.get(window);
    if (staging === undefined) return;
    this.#stagings.delete(window);
    this.#store.unstage(staging.number);
  }

  /** A window that will not be committed: what it held counts as superseded by the resync that follows. */
  #discard(sync: Sync, window: Window): void {
    sync.ledger.superseded += window.items;
    this.#discarded++;
    for (let row = 0; row < window.count; row++) {
      const leaf = window.leaf[row] as number;
      if (!this.#leaves.isPresent(leaf)) this.#gone.push(leaf);
    }
    this.#unstage(window);
    sync.recycle(window);
  }

  #credit(sync: Sync): void {
    if (!this.#withheld.has(sync) || this.#isFull(sync)) return;
    this.#withheld.delete(sync);
    this.#grant(sync, sync.epoch);
  }

  #grant(sync: Sync, epoch: number): void {
    this.#creditedAt.set(sync, this.audience.ring.head);
    this.#parts.events.ingested(sync.slot, epoch);
  }

  /** Forgets leaves that have gone, once nobody can ask about them any more. */
  #reclaim(): void {
    if (this.#gone.length < reclaimBatch) return;
    const needed = this.audience.needsFrom();
    const windows = [...this.#syncs.values()].flatMap((sync) => sync.windows());
    const forgotten = new Set<number>();
    const kept: number[] = [];
    for (const leaf of this.#gone) {
      if (this.#leaves.isPresent(leaf) || forgotten.has(leaf)) continue;
      const wanted =
        (this.#leaves.changedAt[leaf] as number) > needed || windows.some((window) => window.row(leaf) >= 0);
      if (wanted) kept.push(leaf);
      else forgotten.add(leaf);
    }
    this.#gone = kept;
    if (forgotten.size > 0) this.#leaves.forget([...forgotten]);
  }
}

function statusOf(sync: Sync): CoreSyncStatus {
  const { open } = sync;
  return {
    slot: sync.slot,
    epoch: sync.epoch,
    lastSyncNs: sync.lastSyncNs,
    ledger: { ...sync.ledger, pending: sync.pending() },
    window: {
      kind: open?.kind ?? 'none',
      leaves: open?.count ?? 0,
      bytes: open?.bytes ?? 0,
      spilled: open?.spilled ?? 0,
    },
    quarantined: sync.quarantine.list(),
  };
}

/** SQLite's own refusals (busy, full, I/O) pass, and so does one that a test asks for. All else is a fault of ours. */
function isStoreError(error: unknown): error is Error {
  if (error instanceof FailpointError) return true;
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    error.code.startsWith('SQLITE_')
  );
}
