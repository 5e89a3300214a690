// The rows that are not used, for as long as the NSP says them: each is logged and counted when it is new.

import type { Logger } from '@syncline/telemetry/logger.ts';
import type { Refused } from '../row-error.ts';
import type { ListKind } from './nsp-list.ts';

/** Of one list; the rest is counted, and logged as a number. */
const mostLogged = 20;

export class Refusals {
  readonly #present = new Map<ListKind, ReadonlySet<string>>();
  readonly #totals = new Map<string, number>();
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** What of the newest list of a kind is refused, in place of what was of the one before. */
  note(kind: ListKind, refused: readonly Refused[]): void {
    const before = this.#present.get(kind) ?? new Set();
    const fresh = refused.filter((each) => !before.has(textOf(each)));
    this.#present.set(kind, new Set(refused.map(textOf)));
    for (const { field } of fresh) this.#totals.set(field, (this.#totals.get(field) ?? 0) + 1);
    for (const { row, reason } of fresh.slice(0, mostLogged)) {
      this.#logger.warn({ row, reason }, 'a row of the NSP is not used');
    }
    if (fresh.length > mostLogged) {
      this.#logger.warn({ kind, rows: fresh.length - mostLogged }, 'more rows of the NSP are not used');
    }
  }

  /** How many rows of the newest list of a kind are not used. */
  present(kind: ListKind): number {
    return this.#present.get(kind)?.size ?? 0;
  }

  /** Refusals since the start, by the field at fault. */
  get totals(): ReadonlyMap<string, number> {
    return this.#totals;
  }
}

function textOf({ row, reason }: Refused): string {
  return `${row}: ${reason}`;
}
