// What an error of a store says about the write that it ended.

import { faultOf } from './store-fault.ts';
import { StoreDeadlineError } from './store-thread.ts';

export type Refusal =
  /** Nothing was written; it may be tried again. */
  | 'refused'
  /** It may have been written, or may yet be. */
  | 'unknown'
  /** It should never have been tried: a fault of this program, or the store is gone. */
  | 'broken';

/** What became of the write that a StoreThread's call rejected with `error`. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof StoreDeadlineError) return 'unknown';
  return faultOf(error) === undefined ? 'broken' : 'refused';
}
