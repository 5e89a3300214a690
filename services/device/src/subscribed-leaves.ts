// The leaves that a subscription covers, read from the living tree while the stream takes them.

import { isWithin } from '@syncline/gnmi/pattern.ts';
import type { ReadPath } from '@syncline/gnmi/read-request.ts';
import type { Scope } from './models.ts';
import type { Tree } from './tree.ts';
import type { TreeLeaf } from './tree-leaf.ts';

/** What a subscription can reach, whatever its paths are. */
export interface Reach {
  readonly tree: Tree;
  /** Levels below a subscribed path; 0 is no limit. */
  readonly depth: number;
  readonly scope: Scope;
}

/** The leaves of one subscribed path. */
export function* leavesOf(reach: Reach, { path, pattern }: ReadPath): Generator<TreeLeaf, void> {
  const { tree, depth, scope } = reach;
  const isRoot = path.elems.length === 0 && depth === 0;
  for (const leaf of isRoot ? allOf(tree, path.origin) : tree.match(pattern, depth)) {
    if (scope(leaf.path)) yield leaf;
  }
}

/** The leaves of all subscribed paths; one that several of them cover comes once. */
export function* leavesOfAll(reach: Reach, paths: readonly ReadPath[]): Generator<TreeLeaf, void> {
  for (const [i, path] of paths.entries()) {
    const earlier = paths.slice(0, i);
    for (const leaf of leavesOf(reach, path)) {
      const sent = earlier.some(({ pattern }) => isWithin(pattern.at(leaf.path), reach.depth));
      if (!sent) yield leaf;
    }
  }
}

/** Ends after as many leaves as there were at the start: those come first, and growth must not prolong it. */
function* allOf(tree: Tree, origin: string): Generator<TreeLeaf, void> {
  let rest = tree.size;
  for (const leaf of tree.all()) {
    if (rest-- === 0) return;
    if (leaf.path.origin === origin) yield leaf;
  }
}
