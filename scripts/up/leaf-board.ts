// The leaves that change, for showing. Bounded: the leaf whose change is the oldest is
// forgotten when a new one finds no room.

import type { Notification, TypedValue } from '@syncline/proto/gnmi.ts';
import { pathText, valueText } from 'syncline/value-text.ts';

/** A leaf and its last change. */
export interface BoardRow {
  readonly path: string;
  readonly value: string;
  readonly changes: number;
  /** When it changed, in the clock of whoever took the notification. */
  readonly atMs: number;
}

/** What has changed since the subscription was in sync. */
export class LeafBoard {
  readonly #capacity: number;
  // A Map keeps the order of insertion: a row that changes is put in anew, so the oldest change is first.
  readonly #rows = new Map<string, BoardRow>();
  #changes = 0;

  /** `capacity` is how many leaves are remembered. */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Changes taken so far. */
  get changes(): number {
    return this.#changes;
  }

  /** Takes what was there at the beginning: values to compare with, no changes. */
  known(notification: Notification): void {
    for (const { path, val } of notification.update) {
      this.#put({
        path: pathText(notification.prefix, path),
        value: text(val),
        changes: 0,
        atMs: 0,
      });
    }
  }

  /** Takes changes. */
  take(notification: Notification, nowMs: number): void {
    for (const path of notification.delete)
      this.#change(pathText(notification.prefix, path), '(deleted)', nowMs);
    for (const { path, val } of notification.update) {
      this.#change(pathText(notification.prefix, path), text(val), nowMs);
    }
  }

  /** The leaves that changed last, by path, so that rows keep their places. */
  latest(count: number): BoardRow[] {
    return [...this.#rows.values()]
      .filter(({ changes }) => changes > 0)
      .slice(-count)
      .sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  #change(path: string, value: string, nowMs: number): void {
    const before = this.#rows.get(path);
    this.#changes += 1;
    this.#put({ path, value, changes: (before?.changes ?? 0) + 1, atMs: nowMs });
  }

  #put(row: BoardRow): void {
    this.#rows.delete(row.path);
    this.#rows.set(row.path, row);
    if (this.#rows.size <= this.#capacity) return;
    const [oldest] = this.#rows.keys();
    if (oldest !== undefined) this.#rows.delete(oldest);
  }
}

function text(value: TypedValue | undefined): string {
  return valueText(value).replaceAll(/\s+/g, ' ');
}
