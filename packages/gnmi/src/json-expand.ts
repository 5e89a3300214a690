// A JSON value at a path, taken apart into leaves. Objects expand, scalars and arrays of scalars are leaves. An
// array of anything else is a list whose keys only a schema knows: it stays one leaf of JSON unless `listKeys`
// says what the keys are. One bad member is one fault, the rest is kept. An empty object says nothing.
// The `module:` of a member name is dropped: paths have none.

import { isLosslessNumber } from 'lossless-json';
import {
  isJsonArray,
  isJsonObject,
  JsonError,
  type JsonObject,
  type JsonValue,
  parseJson,
  printJson,
} from './json.ts';
import type { Leaf, LeafFault } from './leaf.ts';
import { type Path, type PathElem, type PathKey, pathElem } from './path.ts';
import { printPath } from './path-text.ts';
import { isJson, type JsonTyped, type Value } from './value.ts';
import { localName } from './value-json.ts';

/** What the caller knows about the tree that a value goes into. */
export interface ExpandRules {
  /** Elements that the path of a leaf may have; deeper ones are faults, so that trees can be walked recursively. */
  readonly maxDepth: number;
  /** The names of the keys of the list at `list`, whose last element has none; undefined when it is no known list. */
  readonly listKeys?: (list: Path) => readonly string[] | undefined;
}

/** 64 levels, no schema. */
export const defaultExpandRules: ExpandRules = { maxDepth: 64 };

/** The leaves of a value in the value's order, and what could not be one. */
export interface Expansion {
  readonly leaves: readonly Leaf[];
  readonly faults: readonly LeafFault[];
}

/** Takes the value of an update at `path` apart. A value that is not JSON is one leaf. Never throws. */
export function expandValue(path: Path, value: Value, rules: ExpandRules = defaultExpandRules): Expansion {
  const expander = new Expander(value.$case, rules);
  try {
    const json = isJson(value) ? parseJson(value.value) : undefined;
    if (json === undefined || isLeaf(json)) expander.leaf(path, value);
    else expander.expand(path, json);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    expander.fault(path, error.message);
  }
  return { leaves: expander.leaves, faults: expander.faults };
}

class Expander {
  readonly leaves: Leaf[] = [];
  readonly faults: LeafFault[] = [];
  readonly #flavour: JsonTyped['$case'];
  readonly #rules: ExpandRules;

  constructor(flavour: Value['$case'], rules: ExpandRules) {
    this.#flavour = flavour === 'jsonIetfVal' ? flavour : 'jsonVal';
    this.#rules = rules;
  }

  fault(path: Path, reason: string): void {
    this.faults.push({ path: printPath(path), reason });
  }

  leaf(path: Path, value: Value): void {
    const hole =
      value.$case === 'leaflistVal' ? value.value.element.findIndex((it) => it.value === undefined) : -1;
    if (path.elems.length === 0) this.fault(path, 'the root is a branch and takes an object only');
    else if (path.elems.length > this.#rules.maxDepth) this.fault(path, this.#tooDeep());
    else if (hole >= 0) this.fault(path, `item ${hole} of the leaf-list has no value`);
    else this.leaves.push({ path, value });
  }

  expand(path: Path, json: JsonValue): void {
    if (isJsonObject(json)) this.#members(path, json);
    else if (isJsonArray(json) && !isLeaf(json)) this.#list(path, json);
    else this.leaf(path, { $case: this.#flavour, value: printJson(json) });
  }

  #members(path: Path, object: JsonObject): void {
    const keys = new Map(path.elems.at(-1)?.keys);
    const seen = new Set<string>();
    for (const [qualified, value] of Object.entries(object)) {
      const name = localName(qualified);
      if (name === '' || !name.isWellFormed()) {
        this.fault(path, `the member name ${JSON.stringify(qualified)} is no name of an element`);
        continue;
      }
      const member = { ...path, elems: [...path.elems, pathElem(name)] };
      const key = keys.get(name);
      if (member.elems.length > this.#rules.maxDepth) {
        this.fault(member, this.#tooDeep());
      } else if (seen.has(name)) {
        this.fault(member, `a second member of this name, ${JSON.stringify(qualified)}`);
      } else if (key !== undefined && !agrees(key, value)) {
        this.fault(member, `differs from the key ${JSON.stringify(key)} in the path`);
      } else {
        this.expand(member, value);
      }
      seen.add(name);
    }
  }

  #tooDeep(): string {
    return `deeper than ${this.#rules.maxDepth} levels`;
  }

  #list(path: Path, items: readonly JsonValue[]): void {
    const last = path.elems.at(-1);
    const keys = last?.keys.length === 0 ? this.#rules.listKeys?.(path) : undefined;
    if (last === undefined || keys === undefined || keys.length === 0) {
      this.leaf(path, { $case: this.#flavour, value: printJson(items) });
      return;
    }
    for (const [i, item] of items.entries()) {
      const entry = isJsonObject(item) ? entryElem(last.name, keys, item) : undefined;
      if (entry === undefined || !isJsonObject(item)) {
        this.fault(path, `entry ${i} is not an object with the keys ${keys.join(', ')}`);
      } else {
        this.#members({ ...path, elems: [...path.elems.slice(0, -1), entry] }, item);
      }
    }
  }
}

/** Whether a value is a leaf or leaf-list whatever the schema: a scalar, empty, or an array of scalars. */
function isLeaf(json: JsonValue): boolean {
  if (isJsonArray(json)) return json.every((item) => !isJsonArray(item) && !isJsonObject(item));
  return !isJsonObject(json);
}

function entryElem(name: string, keys: readonly string[], entry: JsonObject): PathElem | undefined {
  const members = new Map(Object.entries(entry).map(([member, value]) => [localName(member), value]));
  const pairs: PathKey[] = [];
  for (const key of keys) {
    const value = keyText(members.get(key));
    if (value === undefined) return undefined;
    pairs.push([key, value]);
  }
  return pathElem(name, pairs);
}

/** A scalar as paths carry keys, undefined when it is none or no text that UTF-8 can carry. */
function keyText(json: JsonValue | undefined): string | undefined {
  if (typeof json === 'string') return json.isWellFormed() ? json : undefined;
  if (typeof json === 'boolean') return String(json);
  return isLosslessNumber(json) ? json.value : undefined;
}

/** Whether a key leaf repeats the key in the path; an identity may carry its module in either of them. */
function agrees(key: string, leaf: JsonValue): boolean {
  const text = keyText(leaf);
  return text !== undefined && (text === key || text.endsWith(`:${key}`) || key.endsWith(`:${text}`));
}
