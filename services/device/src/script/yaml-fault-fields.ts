// The fields of a fault in a script, by the names they have in syncline.device.v1.

import type { Encoding } from '@syncline/proto/gnmi.ts';
import { type AfterPartialDump, afterPartialDump } from '../fault.ts';
import type { Bounds, FaultFields } from '../fault-reader.ts';
import type { YamlNode } from './yaml-node.ts';

/** Encodings by their gNMI names. */
const encodings: Readonly<Record<string, Encoding>> = { JSON: 0, BYTES: 1, PROTO: 2, ASCII: 3, JSON_IETF: 4 };

/** Reads the fields of one fault and, at the end, notes those that nobody read. */
export class YamlFaultFields implements FaultFields {
  readonly #node: YamlNode;
  readonly #fields: Map<string, YamlNode>;

  constructor(node: YamlNode) {
    this.#node = node;
    const entries = node.scalar === null ? [] : node.entries();
    this.#fields = new Map(entries.map(({ key, value }) => [key, value]));
  }

  durationMs(name: string): number | undefined {
    return this.#take(name)?.durationMs();
  }

  whole(name: string, bounds: Bounds): number | undefined {
    return this.#take(name)?.whole(bounds);
  }

  nanoseconds(name: string): bigint | undefined {
    const node = this.#take(name);
    if (node === undefined || typeof node.scalar === 'bigint') return node?.scalar as bigint | undefined;
    return node.problem('expected a whole number of nanoseconds');
  }

  text(name: string): string | undefined {
    return this.#take(name)?.text();
  }

  flag(name: string): boolean | undefined {
    return this.#take(name)?.flag();
  }

  afterPartialDump(name: string): AfterPartialDump | undefined {
    const node = this.#take(name);
    const word = afterPartialDump.find((each) => each === node?.scalar);
    if (word !== undefined) return word;
    return node?.problem(`expected one of ${afterPartialDump.join(', ')}`);
  }

  encodings(name: string): readonly Encoding[] {
    const names = Object.keys(encodings);
    return (this.#take(name)?.items() ?? []).flatMap((item) => {
      const encoding = encodings[String(item.scalar)];
      if (encoding === undefined) item.problem(`expected one of ${names.join(', ')}`);
      return encoding ?? [];
    });
  }

  missing(name: string): void {
    this.#node.problem(`${name} must be given`);
  }

  /** Notes the fields that this kind of fault does not have. */
  end(): void {
    for (const field of this.#fields.values()) field.problem('this fault has no such field');
  }

  #take(name: string): YamlNode | undefined {
    const node = this.#fields.get(name);
    this.#fields.delete(name);
    return node;
  }
}
