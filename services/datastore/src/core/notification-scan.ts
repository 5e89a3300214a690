// The fields of a gnmi.Notification and of its Updates, found in their bytes without copying. A scan is used again for
// every message; what it says is true until the next read(). Malformed bytes throw WireError.
import { updateValue } from '@syncline/gnmi/update-value.ts';
import { TypedValue, Update, Value } from '@syncline/proto/gnmi.ts';
import { Cursor } from '@syncline/protobuf/cursor.ts';
import { WireError } from '@syncline/protobuf/wire-error.ts';

const notificationField = {
  timestamp: 0x08,
  prefix: 0x12,
  update: 0x22,
  delete: 0x2a,
  atomic: 0x30,
} as const;
const updateField = { path: 0x0a, oldValue: 0x12, value: 0x1a, duplicates: 0x20 } as const;

/** What a Notification says apart from its items, which eachDelete() and eachUpdate() visit. */
export class NotificationScan {
  timeLow = 0;
  timeHigh = 0;
  /** The prefix is [prefixStart, prefixStop); empty when there is none. */
  prefixStart = 0;
  prefixStop = 0;
  deletes = 0;
  updates = 0;
  atomic = false;
  readonly #cursor: Cursor = new Cursor();
  #buf: Uint8Array = new Uint8Array(0);
  #start = 0;
  #end = 0;

  /** Reads everything once: the timestamp and `atomic` may come after what they apply to. */
  read(buf: Uint8Array, start: number, end: number): void {
    this.#buf = buf;
    this.#start = start;
    this.#end = end;
    this.timeLow = this.timeHigh = this.prefixStart = this.prefixStop = this.deletes = this.updates = 0;
    this.atomic = false;
    const cursor = this.#cursor.over(buf, start, end);
    while (cursor.more()) this.#field(cursor, cursor.tag('notification'));
  }

  eachDelete(visit: (start: number, end: number) => void): void {
    this.#each(notificationField.delete, visit);
  }

  eachUpdate(visit: (start: number, end: number) => void): void {
    this.#each(notificationField.update, visit);
  }

  #field(cursor: Cursor, tag: number): void {
    switch (tag) {
      case notificationField.update:
        cursor.content(tag, 'update');
        this.updates++;
        break;
      case notificationField.delete:
        cursor.content(tag, 'delete');
        this.deletes++;
        break;
      case notificationField.timestamp:
        cursor.varint(tag, 'timestamp');
        this.timeLow = cursor.lo;
        this.timeHigh = cursor.hi;
        break;
      case notificationField.prefix:
        cursor.content(tag, 'prefix');
        this.prefixStart = cursor.start;
        this.prefixStop = cursor.stop;
        break;
      case notificationField.atomic:
        cursor.varint(tag, 'atomic');
        this.atomic = cursor.lo !== 0;
        break;
      default:
        cursor.skip(tag, 'notification');
    }
  }

  #each(field: number, visit: (start: number, end: number) => void): void {
    const cursor = this.#cursor.over(this.#buf, this.#start, this.#end);
    while (cursor.more()) {
      const tag = cursor.tag('notification');
      if (tag === field) {
        cursor.content(tag, 'notification');
        visit(cursor.start, cursor.stop);
      } else cursor.skip(tag, 'notification');
    }
  }
}

/** The fields of an Update. */
export class UpdateScan {
  /** The path is [pathStart, pathStop) of the bytes that were read. */
  pathStart = 0;
  pathStop = 0;
  /** The TypedValue is value[valueStart, valueStop); empty when there is none. */
  value: Uint8Array = new Uint8Array(0);
  valueStart = 0;
  valueStop = 0;
  duplicates = 0;
  readonly #cursor: Cursor = new Cursor();

  read(buf: Uint8Array, start: number, end: number): void {
    const cursor = this.#cursor.over(buf, start, end);
    this.value = buf;
    this.pathStart = this.pathStop = this.valueStart = this.valueStop = start;
    this.duplicates = 0;
    let old: Uint8Array | undefined;
    while (cursor.more()) {
      const tag = cursor.tag('update');
      if (tag === updateField.path) {
        cursor.content(tag, 'update.path');
        this.pathStart = cursor.start;
        this.pathStop = cursor.stop;
      } else if (tag === updateField.value) {
        cursor.content(tag, 'update.val');
        this.valueStart = cursor.start;
        this.valueStop = cursor.stop;
      } else if (tag === updateField.duplicates) {
        cursor.varint(tag, 'update.duplicates');
        this.duplicates = cursor.lo;
      } else if (tag === updateField.oldValue) {
        cursor.content(tag, 'update.value');
        old = buf.subarray(cursor.start, cursor.stop);
      } else cursor.skip(tag, 'update');
    }
    if (old === undefined || this.valueStart !== this.valueStop) return;
    this.value = fromDeprecatedValue(old);
    this.valueStart = 0;
    this.valueStop = this.value.length;
  }
}

/** gNMI 0.4's Value as a TypedValue. */
function fromDeprecatedValue(bytes: Uint8Array): Uint8Array {
  const value = updateValue({
    ...Update.create(),
    value: decodeOr(bytes, 'update.value', (it) => Value.decode(it)),
  });
  return TypedValue.encode({ value }).finish();
}

/** Decodes by generated code, whose errors for malformed bytes are plain ones, as WireError of `field`. */
export function decodeOr<Message>(
  bytes: Uint8Array,
  field: string,
  decode: (bytes: Uint8Array) => Message,
): Message {
  try {
    return decode(bytes);
  } catch (error) {
    throw new WireError(field, error instanceof Error ? error.message : String(error), { cause: error });
  }
}
