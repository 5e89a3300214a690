// One place in a script's YAML with the name it has in error messages. Reading the wrong shape notes a problem
// and gives undefined, so that the reader goes on and finds the next one.

import { isMap, isScalar, isSeq, type Node, type Pair } from 'yaml';
import { longestMs } from '../fault-reader.ts';
import type { Problems } from './problems.ts';

/** An entry of a mapping. */
export interface Entry {
  readonly key: string;
  readonly value: YamlNode;
}

const unitsMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** A YAML node and where it is. */
export class YamlNode {
  /** Its place by keys, e.g. `steps[2].set`. */
  readonly at: string;
  readonly #node: Node | null;
  readonly #problems: Problems;
  readonly #offset: number | undefined;

  constructor(node: Node | null, at: string, problems: Problems, offset = node?.range?.[0]) {
    this.#node = node;
    this.at = at;
    this.#problems = problems;
    this.#offset = offset;
  }

  /** Notes a problem here. */
  problem(text: string): undefined {
    this.#problems.note(this.#offset, this.at, text);
    return undefined;
  }

  /** The plain value of a scalar: string, bigint, number, boolean or null; undefined when it is none. */
  get scalar(): string | bigint | number | boolean | null | undefined {
    return isScalar(this.#node) ? (this.#node.value as string | bigint | number | boolean | null) : undefined;
  }

  get isMap(): boolean {
    return isMap(this.#node);
  }

  get isList(): boolean {
    return isSeq(this.#node);
  }

  /** The entries of a mapping. */
  entries(): readonly Entry[] {
    if (!isMap(this.#node)) {
      this.problem('expected a mapping');
      return [];
    }
    return this.#node.items.flatMap((pair) => this.#entry(pair as Pair<Node, Node | null>));
  }

  /** The entries of a mapping by key; a key that is not in `known` is a problem. */
  fields(known: readonly string[]): ReadonlyMap<string, YamlNode> {
    const fields = new Map<string, YamlNode>();
    for (const { key, value } of this.entries()) {
      if (known.includes(key)) fields.set(key, value);
      else value.problem(`there is no such key; known are ${known.join(', ')}`);
    }
    return fields;
  }

  /** The items of a list. */
  items(): readonly YamlNode[] {
    if (!isSeq(this.#node)) {
      this.problem('expected a list');
      return [];
    }
    return this.#node.items.map((item, i) => new YamlNode(item as Node, `${this.at}[${i}]`, this.#problems));
  }

  text(): string | undefined {
    const { scalar } = this;
    return typeof scalar === 'string' ? scalar : this.problem('expected text');
  }

  flag(): boolean | undefined {
    const { scalar } = this;
    return typeof scalar === 'boolean' ? scalar : this.problem('expected true or false');
  }

  whole({ min, max }: { readonly min: number; readonly max: number }): number | undefined {
    const { scalar } = this;
    if (typeof scalar === 'bigint' && scalar >= min && scalar <= max) return Number(scalar);
    return this.problem(`expected a whole number from ${min} to ${max}`);
  }

  /** A duration with its unit (`250ms`, `2s`, `1m`, `1h`), as milliseconds; up to `longestMs`. */
  durationMs(): number | undefined {
    const [, digits = '', unit = ''] = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h)$/.exec(String(this.scalar)) ?? [];
    const ms = Number(digits) * (unitsMs[unit] ?? Number.NaN);
    if (ms <= longestMs) return ms;
    return this.problem(
      `expected a duration such as 250ms, 2s or 1m, up to a year, found ${JSON.stringify(String(this.scalar))}`,
    );
  }

  #entry({ key, value }: Pair<Node, Node | null>): readonly Entry[] {
    if (!isScalar(key)) {
      this.problem('a key is not plain text');
      return [];
    }
    const name = String(key.value);
    const at = this.at === '' ? name : `${this.at}.${name}`;
    return [
      { key: name, value: new YamlNode(value, at, this.#problems, value?.range?.[0] ?? key.range?.[0]) },
    ];
  }
}
