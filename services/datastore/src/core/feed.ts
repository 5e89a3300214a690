// One selection of the changes, encoded once per commit for everybody who asked for exactly that.
import type { ChangeRing } from './change-ring.ts';
import type { LeafTable } from './leaf-table.ts';
import { NotificationWriter } from './notification-writer.ts';
import { decodePath } from './path-wire.ts';
import type { CoreLimits, Selection } from './protocol.ts';
import { Selector } from './selector.ts';

export class Feed {
  readonly id: number;
  /** Equal for selections that get the same bytes. */
  readonly key: string;
  readonly selector: Selector;
  readonly writer: NotificationWriter;
  /** Subscribers that are up to date, by their number; nothing is encoded for none. */
  readonly live: Set<number> = new Set();
  /** Subscribers of any state. */
  members = 0;

  constructor(id: number, selection: Selection, leaves: LeafTable, limits: CoreLimits) {
    this.id = id;
    this.key = feedKey(selection);
    this.selector = new Selector(leaves, onChangePaths(selection), selection.depth);
    const { encoding, target } = selection;
    this.writer = new NotificationWriter(leaves, encoding, target, limits.messageBytes);
  }

  /** The changes after position `from`, each leaf once: one commit holds no leaf twice. Undefined when none is covered. */
  encode(ring: ChangeRing, from: number): { frames: ArrayBuffer; updates: number } | undefined {
    for (let position = from + 1; position <= ring.head; position++) {
      const leaf = ring.leaf(position);
      if (this.selector.covers(leaf)) this.writer.add(leaf, ring.swallowed(position));
    }
    const { updates } = this.writer;
    return updates === 0 ? undefined : { frames: this.writer.take(), updates };
  }
}

/** What makes two selections share a feed. */
export function feedKey(selection: Selection): string {
  const paths = selection.paths
    .filter(({ delivery }) => delivery.kind === 'change')
    .map(({ path }) => Buffer.from(path).toString('latin1'))
    .sort();
  return JSON.stringify([selection.encoding, selection.target, selection.depth, paths]);
}

function onChangePaths(selection: Selection) {
  return selection.paths
    .filter(({ delivery }) => delivery.kind === 'change')
    .map(({ path }) => decodePath(path));
}
