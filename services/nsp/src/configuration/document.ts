// The file's outer shape, that of the data of Meridio's ConfigMap: a mapping of seven keys, each of which is a YAML
// document of its own in a string, or the same written inline. Lines are always those of the file.

import {
  isMap,
  isScalar,
  LineCounter,
  type Node,
  parseDocument,
  type YAMLMap,
  type YAMLParseError,
} from 'yaml';
import { Mapping } from './mapping.ts';
import { kinds } from './model.ts';
import { ConfigurationError, type Place, type Problems } from './problem.ts';

const keys = ['trench', ...kinds] as const;

type Key = (typeof keys)[number];

/** The mapping below a key, with the keys that it may have; undefined when it is absent or empty. */
export type Part = (key: Key, inner: readonly string[]) => Mapping | undefined;

/** Bounds of what is read. */
export interface DocumentLimits {
  /** Entries of one list, at the most. */
  readonly maxEntries: number;
}

/**
 * Opens the text. What is wrong within a part is noted in `problems`; throws ConfigurationError when the text as a
 * whole is no YAML mapping.
 */
export function openDocument(text: string, limits: DocumentLimits, problems: Problems): Part {
  const outer = parseYaml(text, 0, 'the file', problems);
  problems.check();
  if (outer === undefined || !isMap(outer.node)) {
    problems.add({ line: 1, field: 'the file' }, undefined, `must be a mapping of ${keys.join(', ')}`);
    throw new ConfigurationError(problems.found);
  }
  const { lineOf } = outer;
  const top = new Mapping(outer.node, 'the file', keys, { problems, lineOf, ...limits });
  const nodes = new Map(
    (outer.node as YAMLMap<Node, Node | null>).items.map((pair) => [name(pair.key), pair.value]),
  );
  return (key, inner) => {
    const node = nodes.get(key);
    if (!top.has(key) || node === undefined || node === null) return undefined;
    const found = isScalar(node) ? embedded(node, key, lineOf(node), problems) : { node, lineOf };
    if (found === undefined) return undefined;
    if (isMap(found.node))
      return new Mapping(found.node, key, inner, { problems, lineOf: found.lineOf, ...limits });
    const place: Place = { line: found.lineOf(found.node), field: key };
    problems.add(place, undefined, `must be a mapping of ${inner.join(', ')}`);
    return undefined;
  };
}

interface Parsed {
  readonly node: Node;
  readonly lineOf: (node: Node) => number;
}

function name(key: Node): string {
  return isScalar(key) ? String(key.value) : '';
}

/** The document in a string. In a block (`|`) its first line is the one after the indicator. */
function embedded(
  scalar: Node & { value?: unknown; type?: unknown },
  key: Key,
  line: number,
  problems: Problems,
) {
  const { value, type } = scalar;
  if (typeof value !== 'string') {
    problems.add(
      { line, field: key },
      String(value),
      'must be a mapping, or a string that is a YAML document',
    );
    return undefined;
  }
  const isBlock = type === 'BLOCK_LITERAL' || type === 'BLOCK_FOLDED';
  return parseYaml(value, isBlock ? line : line - 1, key, problems);
}

/** Undefined for an empty text, and for one that cannot be parsed, which is noted. `above` lines of the file precede it. */
function parseYaml(text: string, above: number, field: string, problems: Problems): Parsed | undefined {
  const lines = new LineCounter();
  const lineAt = (offset: number) => above + Math.max(1, lines.linePos(offset).line);
  const parsed = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  for (const { line, reason } of distinct(parsed.errors, lineAt))
    problems.add({ line, field }, undefined, reason);
  const { contents } = parsed;
  if (parsed.errors.length > 0 || contents === null || (isScalar(contents) && contents.value === null)) {
    return undefined;
  }
  return { node: contents, lineOf: (node) => lineAt(node.range?.[0] ?? 0) };
}

/** The parser's errors in our words, each once: it calls itself for each level, and says so for each when it cannot. */
function distinct(errors: readonly YAMLParseError[], lineAt: (offset: number) => number) {
  const found = new Map<string, { readonly line: number; readonly reason: string }>();
  for (const { pos, code, message } of errors) {
    const line = lineAt(pos[0]);
    const tooDeep = message.includes('call stack');
    const own = code === 'MULTIPLE_DOCS' ? 'is more than one document' : (message.split('\n')[0] ?? message);
    const reason = tooDeep ? 'is nested too deeply' : own;
    found.set(`${line} ${reason}`, { line, reason });
  }
  return found.values();
}
