// What reading this machine gives: leaves by path, with values as JavaScript has them.

import { type Path, type PathElem, pathElem, pathOf } from '@syncline/gnmi/path.ts';

/** A leaf's value: bigint is unsigned (a counter, an amount), number is a decimal. */
export type ReadingValue = string | bigint | number | boolean;

/** One leaf as it is right now. */
export interface Reading {
  readonly path: Path;
  readonly value: ReadingValue;
}

/** Readings below `elems`; facts that this machine does not know are left out. */
export function readingsBelow(
  elems: readonly PathElem[],
  facts: Readonly<Record<string, ReadingValue | undefined>>,
): Reading[] {
  return Object.entries(facts).flatMap(([name, value]) =>
    value === undefined
      ? []
      : [{ path: pathOf([...elems, ...name.split('/').map((n) => pathElem(n))]), value }],
  );
}
