// From the rows of a list to what they mean. A row that cannot be used is left out and told; the others are none the
// worse for it.

import { type Refused, refusalOf } from '../row-error.ts';

/** What a list comes to. */
export interface Reading<T> {
  readonly value: T;
  readonly refused: readonly Refused[];
}

/** Reads a list; yields after each row. */
export type Reader<T> = Generator<void, Reading<T>, void>;

/** Gives each row to `read`, and tells those for which it threw that they cannot be used; yields after each. */
export function* eachRow<Row>(
  rows: readonly Row[],
  textOf: (row: Row) => string,
  read: (row: Row) => void,
): Generator<void, readonly Refused[], void> {
  const refused: Refused[] = [];
  for (const row of rows) {
    try {
      read(row);
    } catch (error) {
      refused.push(refusalOf(textOf(row), error));
    }
    yield;
  }
  return refused;
}
