// gnmi.TypedValue in protobuf. The members that leave often are written by hand, the rest by ts-proto.

import { encodeAs } from '@syncline/gnmi/encoding.ts';
import type { Value } from '@syncline/gnmi/value.ts';
import { valueTag } from '@syncline/gnmi/wire-tags.ts';
import { Encoding, TypedValue } from '@syncline/proto/gnmi.ts';
import type { ProtoWriter } from './proto-writer.ts';

/** Appends the content of a TypedValue message: `value` in the encoding a client asked for. */
export function writeValue(writer: ProtoWriter, value: Value, encoding: Encoding): void {
  const encoded = encoding === Encoding.PROTO && isNativeScalar(value) ? value : encodeAs(value, encoding);
  switch (encoded.$case) {
    case 'stringVal':
      return writer.string(valueTag.string, encoded.value);
    case 'intVal':
      writer.byte(valueTag.int);
      return writer.varint64(encoded.value);
    case 'uintVal':
      writer.byte(valueTag.uint);
      return writer.varint64(encoded.value);
    case 'boolVal':
      writer.byte(valueTag.bool);
      return writer.byte(encoded.value ? 1 : 0);
    case 'doubleVal':
      writer.byte(valueTag.double);
      return writer.double(encoded.value);
    case 'jsonVal':
      return writer.bytes(valueTag.json, encoded.value);
    case 'jsonIetfVal':
      return writer.bytes(valueTag.jsonIetf, encoded.value);
    case 'bytesVal':
    case 'floatVal':
    case 'decimalVal':
    case 'leaflistVal':
    case 'anyVal':
    case 'asciiVal':
    case 'protoBytes':
      return writeVerbatim(writer, encoded);
  }
}

/** Appends the content of a TypedValue message: `value` as it is, readable or not. */
export function writeVerbatim(writer: ProtoWriter, value: Value): void {
  writer.raw(TypedValue.encode({ value }).finish());
}

/** Whether PROTO writes the value as it is; spares the common case a conversion. */
function isNativeScalar({ $case }: Value): boolean {
  return $case === 'uintVal' || $case === 'intVal' || $case === 'stringVal' || $case === 'boolVal';
}
