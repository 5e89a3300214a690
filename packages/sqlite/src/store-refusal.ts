// What an error of a store says about the write that it ended.

import { faultOf, isUnsynced } from './store-fault.ts';
import { StoreDeadlineError } from './store-thread.ts';

export type Refusal =
  /** Nothing was written; it may be tried again. */
  | 'refused'
  /** It may have been written, or may yet be; or it is written, and a power cut may take it. */
  | 'unknown'
  /** It should never have been tried: a fault of this program, or the store is gone. */
  | 'broken';

/** What became of the write that a StoreThread's call rejected with `error`. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof StoreDeadlineError || isUnsynced(error)) return 'unknown';
  return faultOf(error) === undefined ? 'broken' : 'refused';
}
