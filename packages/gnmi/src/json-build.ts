// Leaves put together as one JSON value. Names are sorted, list entries are grouped into one array sorted by key,
// and each entry has its key leaves exactly once: from the tree, or else from the path. It undoes json-expand.ts up
// to what that drops.

import { compareBytewise } from './byte-order.ts';
import { isJsonArray, type JsonObject, type JsonValue } from './json.ts';
import { compareElems, type PathElem, pathElem, pathOf } from './path.ts';
import { printElem, printPath } from './path-text.ts';
import type { JsonFlavour, Value } from './value.ts';
import { toJson } from './value-json.ts';

/** A leaf under the node that is built; without elems it is the node itself. */
export interface RelativeLeaf {
  readonly elems: readonly PathElem[];
  readonly value: Value;
}

/** How to write the value. */
export interface BuildRules {
  readonly flavour: JsonFlavour;
  /** The member name of the last of `elems`, which are relative too. Default: its name, without a module. */
  readonly memberName?: (elems: readonly PathElem[]) => string;
}

/** The value, and the relative paths of the leaves that have no place in it because others lie below them. */
export interface Built {
  readonly json: JsonValue;
  readonly conflicts: readonly string[];
}

/**
 * The JSON of a node: an object, or the bare value when the only leaf is the node itself. A list that has both a
 * leaf of its own (JSON that could not be taken apart) and entries is one array of both; an entry that is itself
 * one leaf is taken as it is.
 * Throws JsonError when a value is JSON that cannot be read.
 */
export function buildJson(leaves: Iterable<RelativeLeaf>, rules: BuildRules): Built {
  const root = new Branch();
  for (const { elems, value } of leaves) {
    let branch = root;
    for (const elem of elems) branch = branch.child(elem);
    branch.value = value;
  }
  const builder = new Builder(rules);
  return { json: builder.build(root, []), conflicts: builder.conflicts };
}

interface Child {
  readonly elem: PathElem;
  readonly branch: Branch;
}

class Branch {
  value: Value | undefined;
  readonly children = new Map<string, Child>();

  child(elem: PathElem): Branch {
    const text = printElem(elem);
    const known = this.children.get(text);
    if (known !== undefined) return known.branch;
    const branch = new Branch();
    this.children.set(text, { elem, branch });
    return branch;
  }
}

class Builder {
  readonly conflicts: string[] = [];
  readonly #rules: BuildRules;

  constructor(rules: BuildRules) {
    this.#rules = rules;
  }

  build(branch: Branch, at: readonly PathElem[]): JsonValue {
    if (branch.value !== undefined) {
      if (branch.children.size === 0) return toJson(branch.value, this.#rules.flavour);
      this.conflicts.push(printPath(pathOf(at)));
    }
    return this.#object(branch, at);
  }

  #object(branch: Branch, at: readonly PathElem[]): JsonObject {
    const groups = Map.groupBy(branch.children.values(), ({ elem }) => elem.name);
    const keys = new Map(at.at(-1)?.keys);
    const members = [...new Set([...keys.keys(), ...groups.keys()])].sort(compareBytewise).map((name) => {
      const group = groups.get(name);
      const json = group === undefined ? (keys.get(name) ?? '') : this.#member(group, at);
      return [this.#nameOf([...at, pathElem(name)]), json] as const;
    });
    // fromEntries defines members where an assignment to `__proto__` would not.
    return Object.fromEntries(members);
  }

  /** The children of one name: a container or leaf, or all that a list has. */
  #member(group: readonly Child[], at: readonly PathElem[]): JsonValue {
    const [first, second] = group;
    if (first !== undefined && second === undefined && first.elem.keys.length === 0) {
      return this.build(first.branch, [...at, first.elem]);
    }
    const sorted = group.toSorted((a, b) => compareElems(a.elem, b.elem));
    return sorted.flatMap(({ elem, branch }) => {
      const json = this.build(branch, [...at, elem]);
      return elem.keys.length === 0 && isJsonArray(json) ? json : [json];
    });
  }

  #nameOf(elems: readonly PathElem[]): string {
    return this.#rules.memberName?.(elems) ?? elems.at(-1)?.name ?? '';
  }
}
