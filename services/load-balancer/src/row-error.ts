// A row of what the NSP says that cannot be used, and why.

import { MalformedError } from '@syncline/trench/malformed-error.ts';
import { MissingParentError } from '@syncline/trench/wire-name.ts';

/** What is wrong with a row, beyond a text that cannot be read. */
export class RowError extends Error {
  override name = 'RowError';
  /** Of the row; one of a few words. */
  readonly field: string;

  constructor(field: string, message: string) {
    super(message);
    this.field = field;
  }
}

/** A row that is not used, and stays so until the NSP says something else. */
export interface Refused {
  /** What the row is, for people: `flow web of edge.demo`. */
  readonly row: string;
  /** The field that is at fault; one of a few words. */
  readonly field: string;
  readonly reason: string;
}

/** Why reading a row threw; throws `error` again when the row is not the cause. */
export function refusalOf(row: string, error: unknown): Refused {
  if (error instanceof MalformedError || error instanceof RowError) {
    return { row, field: error.field, reason: error.message };
  }
  if (error instanceof MissingParentError) return { row, field: error.parent, reason: error.message };
  throw error;
}
