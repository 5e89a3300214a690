// What is known of the NSP, and how old it may be. Staleness is counted from the moment when a watch was lost: while
// all are there, a change is told as it happens.

import type { FollowedWatch } from '@syncline/rpc/watch/followed-watch.ts';
import type { Clock } from '@syncline/runtime/clock.ts';
import type { ListKind, NspList } from '../plane/nsp-list.ts';

/** Where the link to the NSP is. */
export type LinkState =
  /** Something was never told. */
  | { readonly kind: 'untold'; readonly reason: string }
  | { readonly kind: 'in step' }
  /** What was told last is kept, and is up to so old. */
  | { readonly kind: 'stale'; readonly ms: number; readonly reason: string };

/** The watch of one kind of list. */
export interface FollowedList {
  readonly kind: ListKind;
  readonly watch: Pick<FollowedWatch<NspList>, 'state' | 'received' | 'losses'>;
}

/** All watches of one NSP. */
export class NspLink {
  readonly address: string;
  readonly lists: readonly FollowedList[];
  readonly #clock: Clock;

  constructor(address: string, lists: readonly FollowedList[], clock: Clock) {
    this.address = address;
    this.lists = lists;
    this.#clock = clock;
  }

  get state(): LinkState {
    let stale: LinkState = { kind: 'in step' };
    for (const { kind, watch } of this.lists) {
      const { state } = watch;
      if (state.kind === 'untold') return { kind: 'untold', reason: `no ${kind}: ${state.reason}` };
      if (state.kind !== 'lost') continue;
      const ms = this.#clock.monotonic() - state.sinceMs;
      if (stale.kind !== 'stale' || ms > stale.ms)
        stale = { kind: 'stale', ms, reason: `${kind}: ${state.reason}` };
    }
    return stale;
  }
}
