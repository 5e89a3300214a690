// The script of a device: its tree at the start, and what happens to it at which time. docs/device.md describes
// the format. A script is checked as a whole before the first leaf is served.

import type { Leaf } from '@syncline/gnmi/leaf.ts';
import type { Path } from '@syncline/gnmi/path.ts';
import { type Node, parseDocument } from 'yaml';
import { type Fault, faultKinds } from '../fault.ts';
import { readFault } from '../fault-reader.ts';
import { Problems } from './problems.ts';
import { type PathTemplate, readPath, readPathTemplate } from './script-path.ts';
import { readValue, type ValueTemplate } from './value-template.ts';
import { YamlFaultFields } from './yaml-fault-fields.ts';
import { YamlNode } from './yaml-node.ts';

/** Something that happens at a time after the start, once or again and again. */
export interface Step {
  readonly atMs: number;
  /** Milliseconds between repetitions; undefined: it happens once. */
  readonly everyMs: number | undefined;
  /** Repetitions in all, Infinity without bound. */
  readonly times: number;
  /** Everything else under this path goes, in one atomic notification. */
  readonly atomicUnder: Path | undefined;
  readonly deletes: readonly Path[];
  readonly sets: readonly { readonly path: Path; readonly value: ValueTemplate }[];
  readonly fault: Fault | undefined;
  readonly heal: boolean;
}

/** Leaves that differ by a number. */
interface Fill {
  readonly path: PathTemplate;
  readonly count: number;
  readonly value: ValueTemplate;
}

/** What a script consists of. */
interface ScriptParts {
  readonly models: readonly string[];
  readonly tree: readonly Leaf[];
  readonly fills: readonly Fill[];
  readonly steps: readonly Step[];
}

/** A script that was found good. */
export class Script {
  /** Names of models to advertise. */
  readonly models: readonly string[];
  readonly steps: readonly Step[];
  readonly #tree: readonly Leaf[];
  readonly #fills: readonly Fill[];

  constructor(parts: ScriptParts) {
    const { models, tree, fills, steps } = parts;
    this.models = models;
    this.#tree = tree;
    this.#fills = fills;
    this.steps = steps;
  }

  /** The tree at the start. */
  *leaves(): Generator<Leaf, void> {
    for (const leaf of this.#tree) yield leaf;
    for (const { path, count, value } of this.#fills) {
      for (let n = 0; n < count; n++) yield { path: path(n), value: value(n) };
    }
  }
}

const maxFill = 10_000_000;
const maxTimes = 1_000_000_000;

/** The script of a device that is given none. */
export const emptyScript = new Script({ models: [], tree: [], fills: [], steps: [] });

/** Reads a script. Throws ScriptError with every problem and its line. */
export function parseScript(text: string): Script {
  const problems = new Problems();
  const document = parseDocument(text, {
    intAsBigInt: true,
    lineCounter: problems.lines,
    prettyErrors: false,
  });
  for (const { pos, message } of document.errors) problems.note(pos[0], '', message);
  problems.check();
  if (document.contents === null) return emptyScript;
  const root = new YamlNode(document.contents as Node, '', problems, 0);
  const fields = root.fields(['models', 'tree', 'fill', 'steps']);
  const models = (fields.get('models')?.items() ?? []).flatMap((item) => item.text() ?? []);
  const tree = (fields.get('tree')?.entries() ?? []).flatMap(({ key, value }) => readLeaf(key, value));
  const fills = (fields.get('fill')?.items() ?? []).flatMap(readFill);
  const steps = (fields.get('steps')?.items() ?? []).map(readStep);
  problems.check();
  return new Script({ models, tree, fills, steps });
}

function readLeaf(key: string, node: YamlNode): readonly Leaf[] {
  const path = readLeafPath(key, node);
  const value = readValue(node);
  return path === undefined || value === undefined ? [] : [{ path, value: value(0) }];
}

function readLeafPath(text: string, node: YamlNode): Path | undefined {
  const path = readPath(text, node);
  return path?.elems.length === 0 ? node.problem('the root is no leaf') : path;
}

function readFill(node: YamlNode): readonly Fill[] {
  const fields = node.fields(['path', 'count', 'value']);
  const [pathNode, countNode, valueNode] = ['path', 'count', 'value'].map((name) => fields.get(name));
  if (pathNode === undefined || countNode === undefined || valueNode === undefined) {
    node.problem('path, count and value must be given');
    return [];
  }
  const text = pathNode.text() ?? '';
  if (!text.includes('{n}')) pathNode.problem('{n} must stand for the number of the leaf');
  const path = readPathTemplate(text, pathNode);
  const count = countNode.whole({ min: 1, max: maxFill });
  const value = readValue(valueNode);
  return path === undefined || count === undefined || value === undefined ? [] : [{ path, count, value }];
}

function readStep(node: YamlNode): Step {
  const fields = node.fields(['at', 'every', 'times', 'atomic', 'delete', 'set', 'fault', 'heal']);
  const atMs = fields.get('at')?.durationMs();
  if (!fields.has('at')) node.problem('at must say when');
  const everyMs = fields.get('every')?.durationMs();
  if (everyMs === 0) node.problem('every must be more than 0');
  const acts = ['atomic', 'delete', 'set', 'fault', 'heal'].some((name) => fields.has(name));
  if (!acts) node.problem('nothing happens; set, delete, atomic, fault or heal is needed');
  return {
    atMs: atMs ?? 0,
    everyMs,
    times: fields.get('times')?.whole({ min: 1, max: maxTimes }) ?? Number.POSITIVE_INFINITY,
    atomicUnder: readTextPath(fields.get('atomic')),
    deletes: (fields.get('delete')?.items() ?? []).flatMap((item) => readTextPath(item) ?? []),
    sets: (fields.get('set')?.entries() ?? []).flatMap(({ key, value }) => readSet(key, value)),
    fault: readStepFault(fields.get('fault')),
    heal: fields.get('heal')?.flag() ?? false,
  };
}

function readTextPath(node: YamlNode | undefined): Path | undefined {
  const text = node?.text();
  return node === undefined || text === undefined ? undefined : readPath(text, node);
}

function readSet(key: string, node: YamlNode): Step['sets'] {
  const path = readLeafPath(key, node);
  const value = readValue(node);
  return path === undefined || value === undefined ? [] : [{ path, value }];
}

function readStepFault(node: YamlNode | undefined): Fault | undefined {
  if (node === undefined) return undefined;
  const [entry, another] = node.entries();
  const kind = faultKinds.find((each) => each === entry?.key);
  if (entry === undefined || kind === undefined || another !== undefined) {
    return node.problem(`expected one of ${faultKinds.join(', ')}, with its fields`);
  }
  const fields = new YamlFaultFields(entry.value);
  const fault = readFault(kind, fields);
  fields.end();
  return fault;
}
