// One mapping of the file, read field by field. What is not as it should be is noted as a problem with its line; the
// value is then the one of an absent field, so that reading goes on.

import { nearestName } from '@syncline/rpc/nearest-name.ts';
import { isAlias, isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap } from 'yaml';
import type { Place, Problems } from './problem.ts';

/** A text and where it stands. */
export interface Text extends Place {
  readonly text: string;
}

/** Both included. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/** What a mapping is read with. */
export interface Reading {
  readonly problems: Problems;
  /** The line of a node in the file. */
  readonly lineOf: (node: Node) => number;
  /** A list of more entries is a problem. */
  readonly maxEntries: number;
}

export class Mapping implements Place {
  readonly line: number;
  readonly field: string;
  readonly #reading: Reading;
  readonly #values = new Map<string, Node>();

  /** `keys` are all that it may have; another one is a problem. */
  constructor(node: YAMLMap, field: string, keys: readonly string[], reading: Reading) {
    this.field = field;
    this.line = reading.lineOf(node);
    this.#reading = reading;
    for (const pair of node.items as Pair<Node, Node | null>[]) {
      const key = isScalar(pair.key) ? String(pair.key.value) : '(no plain key)';
      if (!keys.includes(key)) {
        const nearest = nearestName(key.slice(0, 64), keys);
        const hint = nearest === undefined ? '' : `; did you mean ${nearest}?`;
        reading.problems.add({ line: reading.lineOf(pair.key), field }, key, `is no key here${hint}`);
      } else if (pair.value !== null && !(isScalar(pair.value) && pair.value.value === null)) {
        this.#values.set(key, pair.value);
      }
    }
  }

  /** Where the value of a key stands; of an absent one, the mapping. */
  place(key: string): Place {
    const node = this.#values.get(key);
    return {
      line: node === undefined ? this.line : this.#reading.lineOf(node),
      field: `${this.field}.${key}`,
    };
  }

  has(key: string): boolean {
    return this.#values.has(key);
  }

  /** Notes a problem of the value of a key. */
  wrong(key: string, value: string | undefined, reason: string): void {
    this.#reading.problems.add(this.place(key), value, reason);
  }

  /** Any scalar as it is written, so that a number is a name too; '' when absent. */
  text(key: string): string {
    const node = this.#values.get(key);
    return node === undefined ? '' : (this.#scalar(node, this.place(key)) ?? '');
  }

  /** What `parse` makes of the text; undefined when absent or malformed, which is noted. */
  read<Value>(key: string, parse: (text: string, field: string) => Value): Value | undefined {
    return this.has(key) ? this.#reading.problems.read(this.place(key), this.text(key), parse) : undefined;
  }

  /** Undefined when absent. */
  whole(key: string, { min, max }: Range): number | undefined {
    const node = this.#values.get(key);
    if (node === undefined) return undefined;
    const value = isScalar(node) ? node.value : undefined;
    if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value;
    this.wrong(key, scalarText(node), `must be a whole number from ${min} to ${max}`);
    return undefined;
  }

  /** False when absent. */
  flag(key: string): boolean {
    const node = this.#values.get(key);
    if (node === undefined) return false;
    const value = isScalar(node) ? node.value : undefined;
    if (typeof value === 'boolean') return value;
    this.wrong(key, scalarText(node), 'must be true or false');
    return false;
  }

  /** A list of scalars; empty when absent. */
  texts(key: string): readonly Text[] {
    return this.#entries(key).flatMap(({ node, field }) => {
      const place = { line: this.#reading.lineOf(node), field };
      const text = this.#scalar(node, place);
      return text === undefined ? [] : [{ ...place, text }];
    });
  }

  /** A mapping; undefined when absent. */
  mapping(key: string, keys: readonly string[]): Mapping | undefined {
    const node = this.#values.get(key);
    return node === undefined ? undefined : this.#mapping(node, `${this.field}.${key}`, keys);
  }

  /** A list of mappings; empty when absent. */
  mappings(key: string, keys: readonly string[]): readonly Mapping[] {
    return this.#entries(key).flatMap(({ node, field }) => this.#mapping(node, field, keys) ?? []);
  }

  #mapping(node: Node, field: string, keys: readonly string[]): Mapping | undefined {
    if (isMap(node)) return new Mapping(node, field, keys, this.#reading);
    this.#mismatch(node, field, `must be a mapping of ${keys.join(', ')}`);
    return undefined;
  }

  #entries(key: string): readonly { readonly node: Node; readonly field: string }[] {
    const node = this.#values.get(key);
    if (node === undefined) return [];
    const field = `${this.field}.${key}`;
    if (!isSeq(node)) {
      this.#mismatch(node, field, 'must be a list');
      return [];
    }
    const { maxEntries, problems } = this.#reading;
    if (node.items.length > maxEntries) {
      problems.add(this.place(key), undefined, `has ${node.items.length} entries; at the most ${maxEntries}`);
      return [];
    }
    return (node.items as Node[]).map((entry, n) => ({ node: entry, field: `${field}[${n}]` }));
  }

  #scalar(node: Node, place: Place): string | undefined {
    const text = scalarText(node);
    if (text === undefined) this.#mismatch(node, place.field, 'must be one value');
    return text;
  }

  #mismatch(node: Node, field: string, reason: string): void {
    const alias = isAlias(node) ? 'is an alias: write out what it stands for' : undefined;
    this.#reading.problems.add(
      { line: this.#reading.lineOf(node), field },
      scalarText(node),
      alias ?? reason,
    );
  }
}

function scalarText(node: Node): string | undefined {
  if (!isScalar(node) || node.value === null) return undefined;
  return typeof node.value === 'string' ? node.value : node.source;
}
