// The rows that are not used, for as long as the NSP says them: each is logged and counted when it is new.

import type { Logger } from '@syncline/telemetry/logger.ts';
import type { Refused } from '../row-error.ts';
import { type ListKind, listKinds } from './nsp-list.ts';

/** Of one list; the rest is counted, and logged as a number. */
const mostLogged = 20;

export class Refusals {
  readonly #present = new Map<ListKind, ReadonlyMap<string, Refused>>();
  readonly #totals = new Map<string, number>();
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** What of the newest list of a kind is refused, in place of what was of the one before; gives whether that is other. */
  note(kind: ListKind, refused: readonly Refused[]): boolean {
    const before = this.#present.get(kind) ?? new Map<string, Refused>();
    const present = new Map(refused.map((each) => [textOf(each), each]));
    const fresh = refused.filter((each) => !before.has(textOf(each)));
    this.#present.set(kind, present);
    for (const { field } of fresh) this.#totals.set(field, (this.#totals.get(field) ?? 0) + 1);
    for (const { row, reason } of fresh.slice(0, mostLogged)) {
      this.#logger.warn({ row, reason }, 'a row of the NSP is not used');
    }
    if (fresh.length > mostLogged) {
      this.#logger.warn({ kind, rows: fresh.length - mostLogged }, 'more rows of the NSP are not used');
    }
    return fresh.length > 0 || present.size !== before.size;
  }

  /** Rows of the newest lists that are not used, by kind: `most` of them, and how many there are. */
  rows(most: number): { readonly first: readonly Refused[]; readonly count: number } {
    const all = listKinds.flatMap((kind) => this.#present.get(kind) ?? []);
    const first: Refused[] = [];
    for (const rows of all) for (const row of rows.values()) if (first.length < most) first.push(row);
    return { first, count: all.reduce((sum, { size }) => sum + size, 0) };
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
