// gnmi.Path in protobuf, without its target.

import type { Path, PathElem } from '@syncline/gnmi/path.ts';
import { elemTag, keyTag, pathTag } from '@syncline/gnmi/wire-tags.ts';
import { ProtoWriter } from './proto-writer.ts';

const path = new ProtoWriter();
const elem = new ProtoWriter();
const entry = new ProtoWriter();

/** The content of a gnmi.Path message, in memory of its own. */
export function encodePath({ origin, elems }: Pick<Path, 'origin' | 'elems'>): Uint8Array {
  path.reset();
  if (origin !== '') path.string(pathTag.origin, origin);
  for (const each of elems) path.bytes(pathTag.elem, encodeElem(each));
  return Uint8Array.from(path.view());
}

function encodeElem({ name, keys }: PathElem): Uint8Array {
  elem.reset();
  elem.string(elemTag.name, name);
  for (const [key, value] of keys) {
    entry.reset();
    entry.string(keyTag.name, key);
    entry.string(keyTag.value, value);
    elem.bytes(elemTag.key, entry.view());
  }
  return elem.view();
}
