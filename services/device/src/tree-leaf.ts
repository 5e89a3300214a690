// A leaf of the device's tree. It is one object for as long as it is in the tree, so queues hold leaves, not
// copies: what is written is the value at the moment of writing, and a value that was overtaken costs nothing.

import type { Leaf } from '@syncline/gnmi/leaf.ts';
import type { Path } from '@syncline/gnmi/path.ts';
import type { Value } from '@syncline/gnmi/value.ts';

/** A leaf and the value it has at the moment. Only the tree changes it. */
export class TreeLeaf implements Leaf {
  readonly path: Path;
  value: Value;
  /** Whether it is in the tree. */
  live = true;
  /** Counts the times the value became a different one. */
  version = 0;
  /** About how many bytes the path takes in a message. */
  readonly pathSize: number;
  /** The path in protobuf, kept by the encoder: a path never changes and is written many times. */
  pathBytes: Uint8Array | undefined;

  /** Whether the value leaves as it is, whatever encoding the client asked for; it may be unreadable. */
  readonly verbatim: boolean;

  constructor(path: Path, value: Value, verbatim = false) {
    this.path = path;
    this.value = value;
    this.verbatim = verbatim;
    this.pathSize = path.elems.reduce(
      (sum, { name, keys }) =>
        keys.reduce((all, [k, v]) => all + k.length + v.length + 6, sum + name.length + 4),
      0,
    );
  }
}

/** About how many bytes a value takes in a message; only long ones need to be told apart. */
export function valueSize(value: Value): number {
  if (typeof value.value === 'string' || value.value instanceof Uint8Array) return value.value.length;
  if (value.$case === 'anyVal') return value.value.value.length;
  if (value.$case !== 'leaflistVal') return 10;
  return value.value.element.reduce((sum, item) => sum + (item.value ? valueSize(item.value) : 0) + 4, 0);
}
