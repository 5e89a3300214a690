// gnmi.Path in protobuf, without its target: `origin` (2), `elem` (3) of `name` (1) and `key` entries (2).

import type { Path, PathElem } from '@syncline/gnmi/path.ts';
import { ProtoWriter } from './proto-writer.ts';

const ORIGIN = 0x12;
const ELEM = 0x1a;
const NAME = 0x0a;
const KEY = 0x12;
const KEY_NAME = 0x0a;
const KEY_VALUE = 0x12;

const path = new ProtoWriter();
const elem = new ProtoWriter();
const entry = new ProtoWriter();

/** The content of a gnmi.Path message, in memory of its own. */
export function encodePath({ origin, elems }: Pick<Path, 'origin' | 'elems'>): Uint8Array {
  path.reset();
  if (origin !== '') path.string(ORIGIN, origin);
  for (const each of elems) path.bytes(ELEM, encodeElem(each));
  return Uint8Array.from(path.view());
}

function encodeElem({ name, keys }: PathElem): Uint8Array {
  elem.reset();
  elem.string(NAME, name);
  for (const [key, value] of keys) {
    entry.reset();
    entry.string(KEY_NAME, key);
    entry.string(KEY_VALUE, value);
    elem.bytes(KEY, entry.view());
  }
  return elem.view();
}
