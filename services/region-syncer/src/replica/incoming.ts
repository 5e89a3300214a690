// The regions that a leader sends whole: a second generation beside the present one, in memory and on disk at once.
// Invariant: until it is complete nothing of it is seen; a process that dies before then finds what it had.

import { refusalOf } from '@syncline/sqlite/store-refusal.ts';
import { splitChunk } from '../log/chunk.ts';
import { RegionLoad } from '../regions/region-load.ts';
import type { RegionTree } from '../regions/region-tree.ts';
import type { FrameRun } from '../wire/frame-run.ts';
import type { Commits } from './commits.ts';
import { type Admission, type Applied, Fold } from './fold.ts';
import type { GenerationWriter } from './generation-writer.ts';
import type { ReplicaSettings } from './replica-settings.ts';
import type { ReplicaStore } from './replica-store.ts';
import { StagedRows } from './staged-rows.ts';
import { beginning, lineageAt, type Origin, type Standing } from './standing.ts';
import type { Turn } from './turn.ts';

export interface IncomingParts {
  readonly store: ReplicaStore;
  readonly settings: ReplicaSettings;
  readonly writer: GenerationWriter;
  readonly turn: Turn;
  readonly commits: Commits;
  /** It is on disk: `regions` are the present ones. */
  readonly completed: (regions: RegionTree, source: Origin, standing: Standing) => void;
  readonly dropped: () => void;
  readonly broken: (error: Error) => void;
}

type State =
  | { readonly kind: 'loading'; readonly load: RegionLoad }
  /** The snapshot is a tree, which what came since is put on top of. */
  | { readonly kind: 'ordered'; readonly tree: RegionTree }
  | { readonly kind: 'flipping'; readonly tree: RegionTree }
  | { readonly kind: 'over' };

/** Replica.begin() gives it. Each call is awaited before the next, except drop(). */
export class Incoming {
  readonly #parts: IncomingParts;
  readonly #rows: StagedRows;
  readonly #dropping = new AbortController();
  #state: State;
  #regions = 0;
  #records = 0;

  constructor(parts: IncomingParts) {
    this.#parts = parts;
    const { store, writer, settings } = parts;
    this.#rows = new StagedRows(store, writer, settings.pieceBytes);
    this.#state = { kind: 'loading', load: new RegionLoad(settings.regions) };
  }

  /** How many regions there are. */
  get size(): number {
    const state = this.#state;
    if (state.kind === 'loading') return state.load.size;
    return state.kind === 'over' ? 0 : state.tree.size;
  }

  /**
   * A piece of the snapshot; its bytes are copied. Resolves when the next may come: at most two pieces are on their
   * way to disk. Rejects with WireError, ArenaFullError, or what the store refused; then only drop() is left.
   */
  async stage(run: FrameRun): Promise<void> {
    const state = this.#state;
    if (state.kind !== 'loading') throw new Error(`a piece of a snapshot that is ${state.kind}`);
    if (run.count === 0) return;
    const { load } = state;
    const bounds = { records: run.count, bytes: this.#parts.settings.runBytes };
    for (const { count, bytes } of splitChunk({ first: 0, count: run.count, bytes: run.bytes }, bounds)) {
      load.append(bytes, 0, bytes.length);
      this.#regions += count;
      const { arena } = load;
      const page = arena.lastPage;
      const start = arena.lastOffset;
      arena.pin(page);
      const row = { regions: count, bytes: arena.bytes(page).subarray(start, start + bytes.length) };
      await this.#rows.add(row, () => arena.unpin(page));
      this.#dropping.signal.throwIfAborted();
    }
  }

  /**
   * Records from index `first` on, which came after the snapshot. The first of them orders it, a turn at a time.
   * Rejects as stage() does, and with OverlapError when regions overlap that are to be taken as they are.
   */
  async catchUp(run: FrameRun, first: number, admission: Admission): Promise<Applied> {
    const tree = await this.#order(admission);
    const { signal } = this.#dropping;
    const { turn } = this.#parts;
    const fold = new Fold(run.bytes, run.count, first, admission);
    turn.begin();
    for (fold.run(tree, turn); !fold.isDone; fold.run(tree, turn)) {
      await turn.next();
      signal.throwIfAborted();
    }
    this.#records += run.count;
    if (run.count > 0)
      await this.#rows.add({ regions: run.count, bytes: new Uint8Array(run.bytes) }, () => {});
    signal.throwIfAborted();
    return { applied: fold.applied, stale: fold.stale, superseded: 0 };
  }

  /**
   * Makes it the present one, on disk in one transaction and then in memory, as all records before `position` of what
   * `source` numbers. Resolves when it is. Rejects as catchUp() does, and with RangeError when that is no position of
   * the source: then nothing has changed, and only drop() is left.
   */
  async complete(position: number, source: Origin): Promise<void> {
    const { store, commits, completed } = this.#parts;
    const lineage = lineageAt(position, source);
    const tree = await this.#order(source.kind === 'ours' ? 'all' : 'judged');
    await this.#rows.flush();
    this.#dropping.signal.throwIfAborted();
    this.#state = { kind: 'flipping', tree };
    commits.hold();
    try {
      await store.flip({
        kind: 'snapshot',
        index: position,
        regions: this.#regions,
        source,
        lineage: lineage.terms(),
        term: commits.term,
      });
    } catch (error) {
      this.#failed(error, tree);
      throw error;
    }
    this.#state = { kind: 'over' };
    completed(tree, source, beginning(position, source, lineage, this.#records));
  }

  /** Throws it away, unless it is on its way to be complete. A call that waits rejects. */
  drop(): void {
    const { kind } = this.#state;
    if (kind === 'over' || kind === 'flipping') return;
    this.#state = { kind: 'over' };
    this.#dropping.abort(new Error('the snapshot was dropped'));
    this.#rows.drop();
    this.#parts.dropped();
  }

  async #order(admission: Admission): Promise<RegionTree> {
    const state = this.#state;
    if (state.kind === 'ordered') return state.tree;
    if (state.kind !== 'loading') throw new Error(`records for a snapshot that is ${state.kind}`);
    const { turn } = this.#parts;
    turn.begin();
    const work = state.load.finish(0, admission === 'all' ? 'refuse' : 'later stays');
    const tree = await turn.finish(work, this.#dropping.signal);
    this.#state = { kind: 'ordered', tree };
    return tree;
  }

  /** When it is not known whether the flip took effect, only a restart can tell. */
  #failed(error: unknown, tree: RegionTree): void {
    if (refusalOf(error) === 'refused') {
      this.#state = { kind: 'ordered', tree };
      this.#parts.commits.release();
    } else this.#parts.broken(error instanceof Error ? error : new Error(String(error)));
  }
}
