// A run: blocks (see wire/region-fields.ts) back to back. Here they are only counted off, never read.

import { Cursor } from '@syncline/protobuf/cursor.ts';
import { WireError } from '@syncline/protobuf/wire-error.ts';
import { blockTag } from '../wire/region-fields.ts';

const elements = Object.entries(blockTag);
const cursor = new Cursor();

/** Where `count` blocks from byte `offset` of a run on end. Throws WireError when they are not there. */
export function skipBlocks(run: Uint8Array, offset: number, count: number): number {
  const at = cursor.over(run, offset, run.length);
  for (let block = 0; block < count; block += 1) {
    for (const [element, tag] of elements) {
      const start = at.at;
      if (at.tag(element) !== tag)
        throw new WireError(element, `byte ${start} of a run is not where it begins`);
      at.content(tag, element);
    }
  }
  return at.at;
}
