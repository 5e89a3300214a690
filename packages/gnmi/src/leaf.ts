// What a data tree is made of: leaves, each a concrete path with a value; and what kept one from being read.

import type { Path } from './path.ts';
import type { Value } from './value.ts';

/** A leaf or leaf-list, or JSON that only a schema could take apart, with its absolute path. */
export interface Leaf {
  readonly path: Path;
  readonly value: Value;
}

/** An item that was not taken: the text of its path, which need not be a valid one, and the reason. */
export interface LeafFault {
  readonly path: string;
  readonly reason: string;
}
