// The count that proves that nothing was lost: every item received is in exactly one other column.
import type { Ledger, Quarantined } from './protocol.ts';

const quarantineMemory = 20;
/** A path that was refused may be as long as a message. */
const longestText = 1024;

/** A ledger of zeros. */
export function emptyLedger(): Ledger {
  return {
    received: 0,
    applied: 0,
    superseded: 0,
    stale: 0,
    quarantined: 0,
    pending: 0,
    dropped: 0,
    notifications: 0,
    syncResponses: 0,
    unchanged: 0,
    regressions: 0,
    swept: 0,
    bytes: 0,
  };
}

/** Whether every item received is accounted for; `pending` must have been filled in. */
export function balances(ledger: Ledger): boolean {
  const { applied, superseded, stale, quarantined, pending, dropped } = ledger;
  return ledger.received === applied + superseded + stale + quarantined + pending && dropped === 0;
}

/** The last refused items, newest first. */
export class Quarantine {
  #items: Quarantined[] = [];

  add(item: Quarantined): void {
    this.#items.unshift({ ...item, path: item.path.slice(0, longestText) });
    this.#items.length = Math.min(this.#items.length, quarantineMemory);
  }

  list(): readonly Quarantined[] {
    return [...this.#items];
  }
}
