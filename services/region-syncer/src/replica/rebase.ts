// Makes the tree a history of its own on disk, where the log cannot be continued to what it stands for: after a delta,
// or when a follower of a PD begins to lead.
// Invariant: until the flip, a restart finds the history before; what is recorded meanwhile waits.

import type { DiskHealth } from '@syncline/sqlite/disk-health.ts';
import { refusalOf } from '@syncline/sqlite/store-refusal.ts';
import type { RegionTree } from '../regions/region-tree.ts';
import type { Commits } from './commits.ts';
import type { GenerationWriter } from './generation-writer.ts';
import type { ReplicaStore } from './replica-store.ts';
import { beginning, lineageAt, type Origin } from './standing.ts';

export interface RebaseParts {
  readonly store: ReplicaStore;
  readonly commits: Commits;
  readonly writer: GenerationWriter;
  readonly health: DiskHealth;
  /** The present regions. */
  readonly regions: () => RegionTree;
}

/**
 * The commits are detached. Tries until a generation that begins the history of `source` is active, and attaches
 * them to it. Rejects with the signal's reason, and with what no other attempt can mend.
 */
export async function rebase(parts: RebaseParts, source: Origin, signal: AbortSignal): Promise<void> {
  for (;;) {
    try {
      await attempt(parts, source, signal);
      return;
    } catch (error) {
      signal.throwIfAborted();
      if (refusalOf(error) === 'broken' || !(error instanceof Error)) throw error;
      await parts.health.refused(error, signal);
    }
  }
}

async function attempt(parts: RebaseParts, source: Origin, signal: AbortSignal): Promise<void> {
  const { store, commits, writer, regions } = parts;
  const { next } = commits;
  using capture = regions().capture();
  commits.detach(next);
  await writer.write(capture, signal);
  const lineage = lineageAt(next, source);
  await store.flip({ kind: 'rebase', index: next, regions: capture.count, source, lineage: lineage.terms() });
  commits.attach(beginning(next, source, lineage, 0));
}
