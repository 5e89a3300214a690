// What a replica reads back from its store: the regions of the active generation, and the records after it, put on
// top as they were put the first time.

import { type Chunk, endOf } from '../log/chunk.ts';
import { Lineage } from '../log/lineage.ts';
import { skipBlocks } from '../log/run.ts';
import { RegionLoad } from '../regions/region-load.ts';
import { RegionTree } from '../regions/region-tree.ts';
import type { BootState } from '../store/boot-state.ts';
import { type Admission, Fold, ofSnapshot } from './fold.ts';
import type { ReplicaSettings } from './replica-settings.ts';
import type { ReplicaStore } from './replica-store.ts';
import type { Standing } from './standing.ts';
import type { Turn } from './turn.ts';

/** How far the loading has come: first the regions of the generation, then the records, those of the log at the most. */
export interface Loading {
  readonly step: 'regions' | 'records';
  readonly done: number;
  readonly total: number;
}

export interface LoadingParts {
  readonly store: ReplicaStore;
  readonly settings: ReplicaSettings;
  readonly turn: Turn;
  readonly loading: (loading: Loading) => void;
}

/** What was on disk. */
export interface Loaded {
  readonly boot: BootState;
  readonly regions: RegionTree;
  readonly standing: Standing;
}

/** How the records of a history are put; see Admission. */
function admissionOf(kind: 'ours' | 'foreign' | 'none'): Admission {
  return kind === 'foreign' ? 'judged' : 'all';
}

/** Reads all of it, a turn at a time. Rejects with what the store refuses, and with the signal's reason. */
export async function load(parts: LoadingParts, signal: AbortSignal): Promise<Loaded> {
  const boot = await parts.store.boot();
  const { source, first, next, log } = boot;
  const { regions, records } = await loadGeneration(parts, boot, signal);
  const replayed = await replay(parts, boot, regions, signal);
  const standing: Standing = {
    isOurs: source.kind !== 'foreign',
    lineage: new Lineage(boot.lineage),
    first,
    next,
    log,
    generation: boot.generation?.index ?? 0,
    replayed: records + replayed,
  };
  return { boot, regions, standing };
}

interface Generation {
  readonly regions: RegionTree;
  /** How many of its blocks are records. */
  readonly records: number;
}

async function loadGeneration(
  parts: LoadingParts,
  boot: BootState,
  signal: AbortSignal,
): Promise<Generation> {
  const { store, settings, turn } = parts;
  const { generation, source } = boot;
  if (generation === undefined) return { regions: new RegionTree(settings.regions), records: 0 };
  const load = new RegionLoad(settings.regions);
  const overlaps = source.kind === 'foreign' ? 'later stays' : 'refuse';
  let left = generation.regions;
  let tree: RegionTree | undefined;
  let records = 0;
  let coming = store.readGeneration(0, settings.runBytes);
  for (;;) {
    const page = await coming;
    signal.throwIfAborted();
    if (page.cursor !== undefined) coming = ahead(store.readGeneration(page.cursor, settings.runBytes));
    turn.begin();
    const regions = Math.min(left, page.regions);
    const end = regions === page.regions ? page.bytes.length : skipBlocks(page.bytes, 0, regions);
    load.append(page.bytes, 0, end);
    left -= regions;
    if (regions < page.regions) {
      tree ??= await turn.finish(load.finish(generation.index, overlaps), signal);
      const count = page.regions - regions;
      const fold = new Fold(page.bytes.subarray(end), count, ofSnapshot, admissionOf(source.kind));
      await foldAll(fold, tree, turn, signal);
      records += count;
    }
    parts.loading({ step: 'regions', done: generation.regions - left, total: generation.regions });
    if (page.cursor !== undefined) continue;
    tree ??= await turn.finish(load.finish(generation.index, overlaps), signal);
    return { regions: tree, records };
  }
}

/** Puts the records that came after the generation; gives how many. */
async function replay(
  parts: LoadingParts,
  { generation, source, first, log }: BootState,
  regions: RegionTree,
  signal: AbortSignal,
): Promise<number> {
  const { turn } = parts;
  let done = 0;
  let coming = readAfter(parts, generation?.index ?? first);
  for (;;) {
    const chunks = await coming;
    signal.throwIfAborted();
    const last = chunks.at(-1);
    if (last === undefined) return done;
    coming = ahead(readAfter(parts, endOf(last)));
    turn.begin();
    for (const { first: index, count, bytes } of chunks) {
      await foldAll(new Fold(bytes, count, index, admissionOf(source.kind)), regions, turn, signal);
      done += count;
    }
    parts.loading({ step: 'records', done, total: log.records });
  }
}

async function readAfter({ store, settings }: LoadingParts, position: number): Promise<readonly Chunk[]> {
  const chunks = await store.readLog(position, Number.MAX_SAFE_INTEGER, settings.runBytes);
  if (chunks === 'gone') throw new Error(`the log has lost what follows index ${position}`);
  return chunks;
}

/** Asked for before it is awaited; when it is not any more, what it rejects with is nobody's. */
function ahead<Value>(coming: Promise<Value>): Promise<Value> {
  coming.catch(() => {});
  return coming;
}

async function foldAll(fold: Fold, tree: RegionTree, turn: Turn, signal: AbortSignal): Promise<void> {
  for (;;) {
    fold.run(tree, turn);
    if (fold.isDone) return;
    await turn.next();
    signal.throwIfAborted();
  }
}
