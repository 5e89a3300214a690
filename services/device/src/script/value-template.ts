// A leaf's value in a script: a plain YAML scalar or list, or `{ <type>: … }` where the type must be told.
// `{n}` in text stands for a number: of the leaf in a fill, of the repetition in a step.

import { JsonError, parseJson } from '@syncline/gnmi/json.ts';
import type { Value } from '@syncline/gnmi/value.ts';
import type { YamlNode } from './yaml-node.ts';

/** Makes a value for the n-th leaf or repetition, from 0. */
export type ValueTemplate = (n: number) => Value;

const types = ['string', 'int', 'uint', 'double', 'bool', 'bytes', 'ascii', 'json', 'json_ietf'] as const;

type TypeName = (typeof types)[number];

const int64 = { min: -(2n ** 63n), max: 2n ** 63n - 1n };
const uint64 = { min: 0n, max: 2n ** 64n - 1n };

/** Reads a value. Notes a problem, and gives undefined, for one that no leaf can have. */
export function readValue(node: YamlNode): ValueTemplate | undefined {
  if (node.isList) return readList(node);
  if (!node.isMap) return readScalar(node);
  const [entry, another] = node.entries();
  const type = types.find((each) => each === entry?.key);
  if (entry === undefined || type === undefined || another !== undefined) {
    return node.problem(`expected a value, or one typed by one of ${types.join(', ')}`);
  }
  return readTyped(type, entry.value);
}

function readScalar(node: YamlNode): ValueTemplate | undefined {
  const { scalar } = node;
  if (typeof scalar === 'string') return (n) => ({ $case: 'stringVal', value: numbered(scalar, n) });
  if (typeof scalar === 'bigint') return readInteger(node, scalar > int64.max ? 'uint' : 'int');
  if (typeof scalar === 'number') return constant({ $case: 'doubleVal', value: scalar });
  if (typeof scalar === 'boolean') return constant({ $case: 'boolVal', value: scalar });
  return node.problem('a leaf needs a value');
}

function readList(node: YamlNode): ValueTemplate | undefined {
  const items = node.items().map((item) => readScalar(item));
  if (items.some((item) => item === undefined)) return undefined;
  return (n) => ({ $case: 'leaflistVal', value: { element: items.map((item) => ({ value: item?.(n) })) } });
}

function readTyped(type: TypeName, node: YamlNode): ValueTemplate | undefined {
  switch (type) {
    case 'int':
    case 'uint':
      return readInteger(node, type);
    case 'double': {
      const { scalar } = node;
      const value = typeof scalar === 'bigint' ? Number(scalar) : scalar;
      return typeof value === 'number'
        ? constant({ $case: 'doubleVal', value })
        : node.problem('expected a number');
    }
    case 'bool': {
      const value = node.flag();
      return value === undefined ? undefined : constant({ $case: 'boolVal', value });
    }
    case 'bytes': {
      const value = node.text();
      if (value === undefined) return undefined;
      if (!/^[A-Za-z0-9+/]*={0,2}$/.test(value)) return node.problem('expected base64');
      return constant({ $case: 'bytesVal', value: Buffer.from(value, 'base64') });
    }
    case 'string':
    case 'ascii': {
      const value = node.text();
      const $case = type === 'string' ? 'stringVal' : 'asciiVal';
      return value === undefined ? undefined : (n) => ({ $case, value: numbered(value, n) });
    }
    case 'json':
    case 'json_ietf':
      return readJson(node, type === 'json' ? 'jsonVal' : 'jsonIetfVal');
  }
}

function readInteger(node: YamlNode, type: 'int' | 'uint'): ValueTemplate | undefined {
  const $case = type === 'int' ? 'intVal' : 'uintVal';
  const { scalar } = node;
  if (scalar === '{n}') return (n) => ({ $case, value: BigInt(n) });
  const { min, max } = type === 'int' ? int64 : uint64;
  if (typeof scalar === 'bigint' && scalar >= min && scalar <= max) return constant({ $case, value: scalar });
  return node.problem(`expected a whole number from ${min} to ${max}, or "{n}"`);
}

function readJson(node: YamlNode, $case: 'jsonVal' | 'jsonIetfVal'): ValueTemplate | undefined {
  const text = node.text();
  if (text === undefined) return undefined;
  try {
    parseJson(Buffer.from(numbered(text, 0)));
    return (n) => ({ $case, value: Buffer.from(numbered(text, n)) });
  } catch (error) {
    if (error instanceof JsonError) return node.problem(error.message);
    throw error;
  }
}

function constant(value: Value): ValueTemplate {
  return () => value;
}

function numbered(text: string, n: number): string {
  return text.replaceAll('{n}', String(n));
}
