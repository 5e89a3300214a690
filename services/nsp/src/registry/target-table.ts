// The targets in memory, by key and by stream. What is here has been committed, but for what has expired: that is gone
// from here first.

import { streamKey } from '@syncline/trench/stream-name.ts';
import type { Target } from './target.ts';
import { exactStream, matchesTarget, type TargetFilter } from './target-filter.ts';

/** One target's change; at least one of the two is there. */
export interface TargetChange {
  readonly before: Target | undefined;
  readonly after: Target | undefined;
}

export interface TargetCounts {
  enabled: number;
  disabled: number;
  /** Whatever their status; they are in neither of the others. */
  frontend: number;
}

export class TargetTable {
  readonly #targets = new Map<string, Target>();
  readonly #streams = new Map<string, Map<string, Target>>();
  readonly #counts: TargetCounts = { enabled: 0, disabled: 0, frontend: 0 };

  get size(): number {
    return this.#targets.size;
  }

  get counts(): Readonly<TargetCounts> {
    return this.#counts;
  }

  get(key: string): Target | undefined {
    return this.#targets.get(key);
  }

  /** How many of a stream there are, of any status. */
  countOf(stream: string): number {
    return this.#streams.get(stream)?.size ?? 0;
  }

  /** In the order in which they were first registered. */
  *matching(filter: TargetFilter): Generator<Target> {
    const stream = exactStream(filter);
    const candidates = stream === undefined ? this.#targets : this.#streams.get(stream);
    for (const target of candidates?.values() ?? []) if (matchesTarget(filter, target)) yield target;
  }

  put(target: Target): TargetChange {
    const before = this.#targets.get(target.key);
    if (before !== undefined) this.#counts[countOf(before)] -= 1;
    this.#counts[countOf(target)] += 1;
    this.#targets.set(target.key, target);
    const stream = streamKey(target.stream);
    const group = this.#streams.get(stream) ?? new Map<string, Target>();
    group.set(target.key, target);
    this.#streams.set(stream, group);
    return { before, after: target };
  }

  /** Undefined when it is not there. */
  delete(key: string): TargetChange | undefined {
    const before = this.#targets.get(key);
    if (before === undefined) return undefined;
    this.#counts[countOf(before)] -= 1;
    this.#targets.delete(key);
    const stream = streamKey(before.stream);
    const group = this.#streams.get(stream);
    group?.delete(key);
    if (group?.size === 0) this.#streams.delete(stream);
    return { before, after: undefined };
  }
}

function countOf({ type, status }: Target): keyof TargetCounts {
  return type === 'frontend' ? 'frontend' : status;
}
