// Get: what the tree holds at a moment, one answer for each requested path.

import { isOfType } from '@syncline/gnmi/data-type.ts';
import { encodeAs } from '@syncline/gnmi/encoding.ts';
import type { GetPlan } from '@syncline/gnmi/get-request.ts';
import { printJson } from '@syncline/gnmi/json.ts';
import { buildJson } from '@syncline/gnmi/json-build.ts';
import { type Path, type PathElem, pathOf } from '@syncline/gnmi/path.ts';
import { printPath } from '@syncline/gnmi/path-text.ts';
import type { ReadPath } from '@syncline/gnmi/read-request.ts';
import { GnmiRequestError } from '@syncline/gnmi/request-error.ts';
import type { Value } from '@syncline/gnmi/value.ts';
import { Encoding } from '@syncline/proto/gnmi.ts';
import type { Scope } from './models.ts';
import type { Tree } from './tree.ts';
import type { TreeLeaf } from './tree-leaf.ts';

/** What is at a path: a leaf's value, or in the JSON encodings a branch as one object. */
export interface Found {
  readonly path: Path;
  readonly value: Value;
}

/** What a Get may read. */
export interface GetBounds {
  readonly scope: Scope;
  /** Leaves that one Get may return. */
  readonly maxLeaves: number;
}

/**
 * Reads each of the plan's paths; wildcards give one item for each place that matches.
 * Throws GnmiRequestError: NOT_FOUND for a path where nothing is, RESOURCE_EXHAUSTED for more leaves than allowed.
 */
export function get(
  tree: Tree,
  plan: GetPlan,
  { scope, maxLeaves }: GetBounds,
): readonly (readonly Found[])[] {
  let leaves = 0;
  return plan.paths.map((read, i) => {
    const matched: TreeLeaf[] = [];
    for (const leaf of tree.match(read.pattern, plan.depth)) {
      if (!scope(leaf.path) || !isOfType(leaf.path, plan.type)) continue;
      if (++leaves > maxLeaves) throw tooMany(i, read, maxLeaves);
      matched.push(leaf);
    }
    if (matched.length === 0 && isAbsent(tree, read)) {
      throw new GnmiRequestError('NOT_FOUND', `path[${i}]`, printPath(read.path), 'there is nothing');
    }
    return plan.encoding === Encoding.PROTO ? asLeaves(matched) : asJson(matched, read, plan.encoding);
  });
}

/** Whether nothing is at or under a path, of any type, model or depth. The root is never absent. */
function isAbsent(tree: Tree, { path, pattern }: ReadPath): boolean {
  return path.elems.length > 0 && tree.match(pattern).next().done === true;
}

function tooMany(i: number, { path }: ReadPath, maxLeaves: number): GnmiRequestError {
  const reason = `more than ${maxLeaves} leaves in one Get; ask for less, or subscribe with ONCE`;
  return new GnmiRequestError('RESOURCE_EXHAUSTED', `path[${i}]`, printPath(path), reason);
}

function asLeaves(leaves: readonly TreeLeaf[]): Found[] {
  return leaves.map(({ path, value }) => ({ path, value: encodeAs(value, Encoding.PROTO) }));
}

/** One value for each place that the pattern names: what lies below it belongs to it. */
function asJson(leaves: readonly TreeLeaf[], { pattern }: ReadPath, encoding: Encoding): Found[] {
  const places = new Map<
    string,
    { readonly path: Path; readonly leaves: { elems: readonly PathElem[]; value: Value }[] }
  >();
  for (const { path, value } of leaves) {
    const depth = path.elems.length - (pattern.at(path).below ?? 0);
    const place = pathOf(path.elems.slice(0, depth), path.origin);
    const key = printPath(place);
    const known = places.get(key) ?? { path: place, leaves: [] };
    places.set(key, known);
    known.leaves.push({ elems: path.elems.slice(depth), value });
  }
  const flavour = encoding === Encoding.JSON_IETF ? 'json_ietf' : 'json';
  const $case = flavour === 'json_ietf' ? 'jsonIetfVal' : 'jsonVal';
  return [...places.values()].map((place) => {
    const { json } = buildJson(place.leaves, { flavour });
    return { path: place.path, value: { $case, value: printJson(json) } };
  });
}
