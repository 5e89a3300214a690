// Whether bytes are a gnmi.TypedValue with exactly one member that can be read: checked once on the way in, so
// that nothing later meets a value that cannot be shown.
import { isUtf8 } from 'node:buffer';
import { JsonError, parseJson } from '@syncline/gnmi/json.ts';
import { Cursor } from '@syncline/protobuf/cursor.ts';

const cursor = new Cursor();

/** Tags of TypedValue's members (gnmi.proto). */
export const valueTag = {
  string: 0x0a,
  int: 0x10,
  uint: 0x18,
  bool: 0x20,
  bytes: 0x2a,
  float: 0x35,
  decimal: 0x3a,
  leaflist: 0x42,
  any: 0x4a,
  json: 0x52,
  jsonIetf: 0x5a,
  ascii: 0x62,
  protoBytes: 0x6a,
  double: 0x71,
} as const;

/** A leaf's value, a JSON object (which is a subtree), or why it is neither. */
export type ValueCheck = 'leaf' | 'object' | { readonly fault: string };

const brace = 0x7b;

/** The tag of field 1 when it is a string or a message. */
const lengthDelimited1 = 0x0a;

/**
 * Looks at buf[start, end) as a TypedValue. Throws WireError when the bytes are no message.
 */
export function checkValue(buf: Uint8Array, start: number, end: number): ValueCheck {
  return start === end ? { fault: 'the update has no value' } : checkMember(buf, start, end, false);
}

function checkMember(buf: Uint8Array, start: number, end: number, isItem: boolean): ValueCheck {
  cursor.over(buf, start, end);
  const tag = cursor.tag('val');
  cursor.skip(tag, 'val');
  if (cursor.more()) return { fault: 'the value has more than one member' };
  switch (tag) {
    case valueTag.string:
    case valueTag.ascii:
      return isText(buf, cursor.start, cursor.stop) ? 'leaf' : { fault: 'the text is not UTF-8' };
    case valueTag.json:
    case valueTag.jsonIetf:
      return checkJson(buf, cursor.start, cursor.stop);
    case valueTag.int:
    case valueTag.uint:
    case valueTag.bool:
    case valueTag.bytes:
    case valueTag.float:
    case valueTag.protoBytes:
    case valueTag.double:
      return 'leaf';
    case valueTag.decimal:
      return checkFields(buf, cursor.start, cursor.stop, 'val.decimal_val');
    case valueTag.any:
      return checkFields(buf, cursor.start, cursor.stop, 'val.any_val');
    case valueTag.leaflist:
      return isItem
        ? { fault: 'a leaf-list is an item of a leaf-list' }
        : checkItems(buf, cursor.start, cursor.stop);
    default:
      return { fault: `a value of the unknown kind ${tag >>> 3}` };
  }
}

/** A leaf-list: a message whose field 1 is a TypedValue, each of them a leaf. */
function checkItems(buf: Uint8Array, start: number, end: number): ValueCheck {
  const items = new Cursor().over(buf, start, end);
  for (let item = 0; items.more(); item++) {
    const tag = items.tag('val.leaflist_val');
    items.skip(tag, 'val.leaflist_val');
    if (tag !== lengthDelimited1) continue;
    if (items.start === items.stop) return { fault: `item ${item} of the leaf-list has no value` };
    const check = checkMember(buf, items.start, items.stop, true);
    if (check === 'object') return { fault: `item ${item} of the leaf-list is an object` };
    if (check !== 'leaf') return check;
  }
  return 'leaf';
}

/** A Decimal64 or an Any: messages whose only text is field 1. */
function checkFields(buf: Uint8Array, start: number, end: number, field: string): ValueCheck {
  const fields = new Cursor().over(buf, start, end);
  while (fields.more()) {
    const tag = fields.tag(field);
    fields.skip(tag, field);
    if (tag === lengthDelimited1 && !isText(buf, fields.start, fields.stop))
      return { fault: 'the type of the value is not UTF-8' };
  }
  return 'leaf';
}

function checkJson(buf: Uint8Array, start: number, end: number): ValueCheck {
  for (let i = start; i < end; i++) {
    const byte = buf[i] as number;
    if (byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d) continue;
    if (byte === brace) return 'object';
    break;
  }
  try {
    parseJson(buf.subarray(start, end));
    return 'leaf';
  } catch (error) {
    if (error instanceof JsonError) return { fault: error.message };
    throw error;
  }
}

function isText(buf: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if ((buf[i] as number) >= 0x80) return isUtf8(buf.subarray(start, end));
  return true;
}
