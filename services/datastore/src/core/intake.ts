// A device's bytes → operations on its sync's open window, in the order of the stream. Every update and every delete
// is counted once, as received and as what became of it (datastore.md 6.5, 1); a JSON object counts as its leaves.
// One bad item is quarantined, the rest of its notification applies.
import { defaultExpandRules, expandValue } from '@syncline/gnmi/json-expand.ts';
import type { Leaf } from '@syncline/gnmi/leaf.ts';
import { concat, type Path, PathError, rootPath } from '@syncline/gnmi/path.ts';
import { printPath } from '@syncline/gnmi/path-text.ts';
import { TypedValue } from '@syncline/proto/gnmi.ts';
import { Extension, ExtensionID } from '@syncline/proto/gnmi_ext.ts';
import { Cursor } from '@syncline/protobuf/cursor.ts';
import { WireError } from '@syncline/protobuf/wire-error.ts';
import { type LeafTable, noPrefix, PathTooLongError, type Prefix } from './leaf-table.ts';
import { decodeOr, NotificationScan, UpdateScan } from './notification-scan.ts';
import { decodePath, encodePath, refuseWildcards } from './path-wire.ts';
import { Selector } from './selector.ts';
import { SlabFullError } from './slab.ts';
import type { Sync } from './sync.ts';
import { checkValue } from './typed-value-check.ts';
import type { Window } from './window.ts';

const responseField = { update: 0x0a, sync: 0x18, extension: 0x2a } as const;

const sparedBound = 1000;
const outside = 'it lies outside the paths that were subscribed';

/** What the caller does where a stream needs more than a window. */
export interface IntakeEvents {
  /** A sync_response was read while the replace window was open. */
  readonly sealed: (sync: Sync) => void;
  /** A leaf became known for an item that was then refused: nothing refers to it. */
  readonly unused: (leaf: number) => void;
  /** Wall-clock time for the quarantine, in nanoseconds since 1970. */
  readonly now: () => bigint;
}

export class Intake {
  readonly #leaves: LeafTable;
  readonly #events: IntakeEvents;
  readonly #messages: Cursor = new Cursor();
  readonly #scan: NotificationScan = new NotificationScan();
  readonly #update: UpdateScan = new UpdateScan();
  /** The traceparents that the device gave for what was taken last. */
  changes: string[] = [];
  #prefix: Prefix = noPrefix;

  constructor(leaves: LeafTable, events: IntakeEvents) {
    this.#leaves = leaves;
    this.#events = events;
  }

  /**
   * Takes SubscribeResponses, each behind its length, of the sync's epoch. Of another epoch they are counted as
   * stale and change nothing.
   */
  take(sync: Sync, epoch: number, chunk: Uint8Array): void {
    sync.ledger.bytes += chunk.length;
    this.changes = [];
    const lengths = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    for (let at = 0; at < chunk.length; ) {
      const start = at + 4;
      at = start + lengths.getUint32(at, true);
      this.#response(sync, epoch === sync.epoch, chunk, start, at);
    }
  }

  #response(sync: Sync, current: boolean, buf: Uint8Array, start: number, end: number): void {
    const cursor = this.#messages.over(buf, start, end);
    try {
      while (cursor.more()) {
        const tag = cursor.tag('response');
        if (tag === responseField.update) {
          cursor.content(tag, 'update');
          this.#notification(sync, current, buf, cursor.start, cursor.stop);
        } else if (tag === responseField.sync) {
          cursor.varint(tag, 'sync_response');
          if (cursor.lo !== 0) this.#syncResponse(sync, current);
        } else if (tag === responseField.extension) {
          cursor.content(tag, 'extension');
          this.#extension(buf, cursor.start, cursor.stop);
        } else cursor.skip(tag, 'response');
      }
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.#unreadable(sync, current, `unreadable SubscribeResponse: ${error.message}`);
    }
  }

  /** A device of ours names the trace of a change in an experimental extension; all others are ignored. */
  #extension(buf: Uint8Array, start: number, end: number): void {
    const { ext } = decodeOr(buf.subarray(start, end), 'extension', (bytes) => Extension.decode(bytes));
    if (ext?.$case === 'registeredExt' && ext.value.id === ExtensionID.EID_EXPERIMENTAL)
      this.changes.push(Buffer.from(ext.value.msg).toString('latin1'));
  }

  #syncResponse(sync: Sync, current: boolean): void {
    sync.ledger.syncResponses++;
    if (current && sync.open?.kind === 'replace') this.#events.sealed(sync);
  }

  #notification(sync: Sync, current: boolean, buf: Uint8Array, start: number, end: number): void {
    const scan = this.#scan;
    sync.ledger.notifications++;
    try {
      scan.read(buf, start, end);
      this.#prefix =
        scan.prefixStart === scan.prefixStop
          ? noPrefix
          : this.#leaves.prefix(buf, scan.prefixStart, scan.prefixStop);
    } catch (error) {
      this.#unreadable(sync, current, `unreadable Notification: ${reasonOf(error)}`);
      return;
    }
    const window = current ? sync.open : undefined;
    if (window === undefined) {
      sync.ledger.received += scan.deletes + scan.updates;
      sync.ledger.stale += scan.deletes + scan.updates;
      return;
    }
    // gNMI 2.1: what is deleted goes before what is updated, wherever it stands in the message.
    if (scan.deletes > 0) scan.eachDelete((from, to) => this.#delete(sync, window, buf, from, to));
    if (scan.atomic) this.#removeUnder(sync, window, this.#prefix.path);
    if (scan.updates > 0) scan.eachUpdate((from, to) => this.#takeUpdate(sync, window, buf, from, to));
  }

  #takeUpdate(sync: Sync, window: Window, buf: Uint8Array, start: number, end: number): void {
    const update = this.#update;
    try {
      update.read(buf, start, end);
      const { value, valueStart, valueStop, pathStart, pathStop } = update;
      const check = checkValue(value, valueStart, valueStop);
      if (check === 'object') {
        this.#expand(
          sync,
          window,
          decodePath(buf, pathStart, pathStop),
          value.subarray(valueStart, valueStop),
        );
      } else if (check === 'leaf') {
        const leaf = this.#leaves.resolve(this.#prefix, buf, pathStart, pathStop);
        if (this.#isOutside(sync, leaf)) this.#refusePath(sync, buf, pathStart, pathStop, outside);
        else this.#set(sync, window, leaf, value, valueStart, valueStop, update.duplicates);
      } else this.#refusePath(sync, buf, pathStart, pathStop, check.fault);
    } catch (error) {
      this.#refusePath(sync, buf, update.pathStart, update.pathStop, reasonOf(error));
    }
  }

  #isOutside(sync: Sync, leaf: number): boolean {
    if (sync.scope.covers(leaf)) return false;
    this.#events.unused(leaf);
    return true;
  }

  #set(
    sync: Sync,
    window: Window,
    leaf: number,
    buf: Uint8Array,
    start: number,
    end: number,
    duplicates: number,
  ): void {
    sync.ledger.received++;
    // While the tree is read again most leaves are as they were: those are marked and need no memory.
    if (
      window.kind === 'replace' &&
      window.row(leaf) < 0 &&
      sync.waiting.length === 0 &&
      this.#isCurrent(sync, leaf, buf, start, end)
    ) {
      window.see(leaf);
      return;
    }
    sync.ledger.superseded += window.set(
      leaf,
      buf,
      start,
      end,
      this.#scan.timeLow,
      this.#scan.timeHigh,
      duplicates,
    );
  }

  #isCurrent(sync: Sync, leaf: number, buf: Uint8Array, start: number, end: number): boolean {
    const leaves = this.#leaves;
    return (
      leaves.isPresent(leaf) &&
      ((leaves.owners[leaf] as number) & sync.bit) !== 0 &&
      leaves.slab.equals(leaves.block[leaf] as number, leaves.length[leaf] as number, buf, start, end)
    );
  }

  #expand(sync: Sync, window: Window, relative: Path, typedValue: Uint8Array): void {
    const path = this.#absolute(relative);
    refuseWildcards(path);
    const value = TypedValue.decode(typedValue).value;
    if (value === undefined) return;
    const { leaves, faults } = expandValue(path, value, defaultExpandRules);
    for (const fault of faults) this.#refuse(sync, fault.path, fault.reason, path);
    for (const item of leaves) {
      try {
        this.#member(sync, window, item);
      } catch (error) {
        this.#refuse(sync, printPath(item.path), reasonOf(error), item.path);
      }
    }
    // An empty object says nothing about any leaf; it is an item all the same.
    if (leaves.length === 0 && faults.length === 0) {
      sync.ledger.received++;
      window.countItem();
    }
  }

  #member(sync: Sync, window: Window, { path, value }: Leaf): void {
    const pathBytes = encodePath(path);
    const leaf = this.#leaves.resolve(noPrefix, pathBytes, 0, pathBytes.length);
    if (this.#isOutside(sync, leaf)) {
      this.#refuse(sync, printPath(path), outside, path);
      return;
    }
    const bytes = TypedValue.encode({ value }).finish();
    this.#set(sync, window, leaf, bytes, 0, bytes.length, 0);
  }

  #delete(sync: Sync, window: Window, buf: Uint8Array, start: number, end: number): void {
    try {
      this.#removeUnder(sync, window, this.#absolute(decodePath(buf, start, end)));
      sync.ledger.received++;
      window.countItem();
    } catch (error) {
      this.#refusePath(sync, buf, start, end, reasonOf(error));
    }
  }

  #removeUnder(sync: Sync, window: Window, path: Path): void {
    // A selector takes an unknown origin for the default one, as clients need it; a device means what it says.
    if (path.origin !== '' && !this.#leaves.hasOrigin(path.origin)) return;
    new Selector(this.#leaves, [path], 0).walk((node) => {
      const leaf = this.#leaves.tree.leaf(node);
      if (leaf < 0) return;
      const owned = ((this.#leaves.owners[leaf] as number) & sync.bit) !== 0;
      if (owned || window.row(leaf) >= 0 || sync.waitsOn(leaf))
        sync.ledger.superseded += window.remove(leaf, this.#scan.timeLow, this.#scan.timeHigh);
    });
  }

  #absolute(path: Path): Path {
    return concat(this.#prefix.path, { ...path, target: '' });
  }

  #refusePath(sync: Sync, buf: Uint8Array, start: number, end: number, reason: string): void {
    let path = rootPath;
    let text = `unreadable path of ${end - start} bytes`;
    try {
      path = this.#absolute(decodePath(buf, start, end));
      text = printPath(path);
    } catch {
      // The path is what could not be read: then nothing under the prefix may be swept.
      path = this.#prefix.path;
    }
    this.#refuse(sync, text, reason, path);
  }

  #unreadable(sync: Sync, current: boolean, reason: string): void {
    if (current) this.#refuse(sync, '', reason, rootPath);
    else {
      sync.ledger.received++;
      sync.ledger.stale++;
    }
  }

  /** Counts an item as quarantined; what lies at or under `spared` is not swept by this window. */
  #refuse(sync: Sync, path: string, reason: string, spared: Path): void {
    sync.ledger.received++;
    sync.ledger.quarantined++;
    sync.quarantine.add({ path, reason, atNs: this.#events.now() });
    const window = sync.open;
    if (window?.kind !== 'replace' || window.spared === 'all') return;
    if (spared.elems.length === 0 || window.spared.length >= sparedBound) window.spared = 'all';
    else window.spared.push(encodePath(spared));
  }
}

/** What can be wrong with an item, or with the room for it; anything else is a fault of this program. */
const refusals = [WireError, PathError, PathTooLongError, SlabFullError];

function reasonOf(error: unknown): string {
  for (const refusal of refusals) if (error instanceof refusal) return error.message;
  throw error;
}
