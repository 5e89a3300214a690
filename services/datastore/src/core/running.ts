// One datastore in the core: what is known, what is committed, and who is told. Everything happens in order on one
// thread: bytes come in, a window is cut, committed and published, all in one task.
// Invariants (datastore.md 6.5): one commit at a time, epochs in order, a window that cannot be committed is kept.
import type { Clock } from '@syncline/runtime/clock.ts';
import type { Rng } from '@syncline/runtime/rng.ts';
import { Audience, type AudienceEvents } from './audience.ts';
import { Commits } from './commits.ts';
import type { CoreTrace } from './core-trace.ts';
import type { CorePoint } from './failpoints.ts';
import { Intake } from './intake.ts';
import { type LeafStore, recordHeader } from './leaf-store.ts';
import { LeafTable } from './leaf-table.ts';
import type { CoreLimits, CoreStatus, CoreSyncStatus, SyncSpec } from './protocol.ts';
import { Reclaim } from './reclaim.ts';
import { Spill } from './spill.ts';
import { Sync } from './sync.ts';
import type { Window } from './window.ts';

/** What a datastore tells the main thread, besides what its audience is told. */
export interface RunningEvents extends AudienceEvents {
  readonly ingested: (sync: number, epoch: number) => void;
  readonly sealed: (sync: number, epoch: number) => void;
  readonly synced: (sync: number, epoch: number) => void;
  readonly degraded: (error: string) => void;
}

/** What a datastore needs from its surroundings. */
export interface RunningParts {
  /** Closed with it; a constructor that throws leaves it open. */
  readonly store: LeafStore;
  readonly syncs: readonly SyncSpec[];
  readonly limits: CoreLimits;
  readonly clock: Clock;
  readonly rng: Rng;
  readonly events: RunningEvents;
  /** Called at named points of a commit, for fault tests; may throw. */
  readonly failpoint: (name: CorePoint) => void;
  /** Spans of windows and commits; undefined when nothing is exported. */
  readonly trace: CoreTrace | undefined;
}

export class Running implements Disposable {
  readonly audience: Audience;
  /** The leaves, for queries; only commits change them. */
  readonly leaves: LeafTable;
  readonly #parts: RunningParts;
  readonly #store: LeafStore;
  readonly #intake: Intake;
  readonly #spill: Spill;
  readonly #commits: Commits;
  readonly #reclaim: Reclaim;
  readonly #syncs: Map<number, Sync> = new Map();
  /** The order in which syncs commit. */
  readonly #turns: Set<Sync> = new Set();
  readonly #withheld: Set<Sync> = new Set();
  /** The head of the ring when a sync was last given credit: its next bytes prove that the main thread got so far. */
  readonly #creditedAt: Map<Sync, number> = new Map();
  #discarded = 0;

  /** Reads running back from the store. */
  constructor(parts: RunningParts) {
    const { store, limits, clock, rng, events, failpoint, trace } = parts;
    this.#parts = parts;
    this.leaves = new LeafTable(limits.pathBytes);
    this.audience = new Audience(this.leaves, limits, clock, events);
    this.#reclaim = new Reclaim(this.leaves);
    this.#intake = new Intake(this.leaves, {
      sealed: (sync) => this.#seal(sync),
      unused: (leaf) => this.#reclaim.add(leaf),
      now: () => clock.now(),
    });
    this.#store = store;
    this.#spill = new Spill(store, this.leaves.slab, failpoint);
    this.#commits = new Commits({
      leaves: this.leaves,
      store,
      spill: this.#spill,
      clock,
      rng,
      retryMs: limits.commitRetryMs,
      failpoint,
      trace,
      degraded: events.degraded,
      changed: (changes) => this.audience.publish(changes),
      spent: (window) => this.#release(window),
      synced: (sync, epoch) => events.synced(sync.slot, epoch),
      retry: () => this.#commitAll(),
    });
    for (const spec of parts.syncs) {
      const sync = new Sync(spec, this.leaves);
      this.#syncs.set(spec.slot, sync);
      this.#turns.add(sync);
    }
    this.#load();
  }

  /** A session's new epoch begins. */
  begin(slot: number, epoch: number): void {
    const sync = this.#syncs.get(slot);
    if (sync === undefined) return;
    if (this.#withheld.delete(sync)) this.#parts.events.ingested(slot, sync.epoch);
    this.#creditedAt.delete(sync);
    for (const window of sync.begin(epoch)) this.#discard(sync, window);
  }

  /**
   * Bytes of a session (see Intake.take) and the trace of their batch; the credit comes back by `ingested`, at once
   * unless a window is full.
   */
  ingest(slot: number, epoch: number, chunk: Uint8Array, batch?: string): void {
    const sync = this.#syncs.get(slot);
    if (sync === undefined) return;
    this.audience.acknowledge(this.#creditedAt.get(sync) ?? 0);
    this.#intake.take(sync, epoch, chunk);
    this.#noteTrace(sync, batch);
    this.#commitAll();
    if (this.#isFull(sync)) this.#withheld.add(sync);
    else this.#grant(sync, epoch);
    this.#reclaim.run(
      () => this.audience.needsFrom(),
      () => [...this.#syncs.values()].flatMap((it) => it.windows()),
    );
  }

  /** The session is over. */
  end(slot: number, epoch: number): void {
    const sync = this.#syncs.get(slot);
    if (sync === undefined || sync.epoch !== epoch) return;
    for (const window of sync.end()) this.#discard(sync, window);
    this.#commitAll();
  }

  status(): CoreStatus {
    return {
      version: this.#commits.version,
      leaves: this.leaves.present,
      valueBytes: this.leaves.slab.usedBytes,
      syncs: [...this.#syncs.values()].map(statusOf),
      commits: this.#commits.status(this.#discarded),
      lagging: this.audience.lagging,
      folded: this.audience.folded,
    };
  }

  [Symbol.dispose](): void {
    this.#commits[Symbol.dispose]();
    this.#store[Symbol.dispose]();
  }

  #load(): void {
    const { leaves } = this;
    for (const stored of this.#store.syncs()) {
      const sync = this.#syncs.get(stored.slot);
      if (sync !== undefined) sync.lastSyncNs = stored.lastSyncNs;
    }
    this.#store.loadLeaves((leaf, bytes, path, record, end) => {
      const value = record + recordHeader;
      leaves.load(leaf, bytes, path, record);
      const block = leaves.slab.store(bytes, value, end);
      leaves.put(leaf, block, end - value, bytes.readUInt32LE(record + 8));
      leaves.timeLow[leaf] = bytes.readUInt32LE(record);
      leaves.timeHigh[leaf] = bytes.readUInt32LE(record + 4);
    });
  }

  #seal(sync: Sync): void {
    for (const window of sync.seal()) this.#discard(sync, window);
    this.#parts.events.sealed(sync.slot, sync.epoch);
  }

  #commitAll(): void {
    if (this.#commits.waiting) return;
    for (const sync of this.#turns) {
      if (!this.#commits.run(sync)) {
        // The next attempt is somebody else's: a window that the disk never takes stops only its own sync.
        this.#turns.delete(sync);
        this.#turns.add(sync);
        return;
      }
      if (this.#withheld.has(sync) && !this.#isFull(sync)) {
        this.#withheld.delete(sync);
        this.#grant(sync, sync.epoch);
      }
    }
  }

  /** The leaves of a window that is done with may be in nothing else. */
  #release(window: Window): void {
    for (let row = 0; row < window.count; row++) {
      const leaf = window.leaf[row] as number;
      if (!this.leaves.isPresent(leaf)) this.#reclaim.add(leaf);
    }
  }

  /** A window holds all it may, and cannot go on on disk. */
  #isFull(sync: Sync): boolean {
    const { open } = sync;
    if (open === undefined || open.bytes <= this.#parts.limits.windowBytes) return false;
    if (open.kind === 'merge') return true;
    const refusal = this.#spill.spill(open);
    if (refusal !== undefined) this.#commits.refused(refusal);
    return refusal !== undefined;
  }

  /** A window that will not be committed: what it held counts as superseded by the resync that follows. */
  #discard(sync: Sync, window: Window): void {
    sync.ledger.superseded += window.items;
    this.#discarded++;
    this.#release(window);
    this.#parts.trace?.discarded(window);
    this.#spill.drop(window);
    sync.recycle(window);
  }

  #grant(sync: Sync, epoch: number): void {
    this.#creditedAt.set(sync, this.audience.ring.head);
    this.#parts.events.ingested(sync.slot, epoch);
  }

  #noteTrace(sync: Sync, batch: string | undefined): void {
    const { trace } = this.#parts;
    if (trace === undefined) return;
    for (const window of sync.windows())
      if (window.items > 0) trace.filled(sync, window, batch, this.#intake.changes);
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
