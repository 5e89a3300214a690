// Which leaves a Get of one type of data returns when no schema says what is writable. OpenConfig keeps writable
// leaves under containers named `config` and read-only ones under `state`; the nearest such ancestor decides. A
// leaf under neither may be anything, so every answer has it. Read-only leaves without a writable twin
// (OPERATIONAL) cannot be told from the others: that type is answered like STATE.

import { GetRequest_DataType } from '@syncline/proto/gnmi.ts';
import type { Path } from './path.ts';

/** What the names of a leaf's ancestors say about it. */
export type DataKind = 'config' | 'state' | 'either';

/** The kind of the leaf at a concrete path, by the names above it; the leaf's own name does not count. */
export function dataKind(leaf: Path): DataKind {
  const container = leaf.elems.slice(0, -1).findLast(({ name }) => name === 'config' || name === 'state');
  if (container === undefined) return 'either';
  return container.name === 'config' ? 'config' : 'state';
}

/** Whether a Get of `type` returns the leaf at a concrete path. */
export function isOfType(leaf: Path, type: GetRequest_DataType): boolean {
  if (type === GetRequest_DataType.ALL) return true;
  return dataKind(leaf) !== (type === GetRequest_DataType.CONFIG ? 'state' : 'config');
}
