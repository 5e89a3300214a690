// Byte matches: a flow's condition on up to four bytes of a packet's transport header or of what follows it.

import { MalformedError } from './malformed-error.ts';
import { parseTransport, type Transport } from './transport.ts';

/** Holds when the bytes at `offset`, as one number in network byte order, masked, are `value`. */
export interface ByteMatch {
  readonly protocol: Transport;
  /** From the first byte of the transport header. */
  readonly offset: number;
  /** Bytes. */
  readonly size: 1 | 2 | 4;
  readonly mask: number;
  readonly value: number;
}

// Meridio's form; its webhook admits the same.
const form = /^(sctp|tcp|udp)\[([0-9]+) *: *([124])\](?: *& *(0x[0-9a-f]+))? *= *([0-9]+|0x[0-9a-f]+)$/;

/** No packet has a byte behind it. */
const highestOffset = 65_535;

/**
 * The condition that `text` writes as `protocol[offset : size] & mask = value`, the mask being optional. Throws
 * MalformedError naming `field`, also when no packet could be asked so: Meridio's webhook admits an offset, a mask and
 * a value of any size.
 */
export function parseByteMatch(text: string, field: string): ByteMatch {
  const [, protocol, offsetText, sizeText, maskText, valueText] = form.exec(text) ?? [];
  if (protocol === undefined) {
    const reason = 'not protocol[offset:size]&mask=value, such as tcp[12:1]&0xf0=0x50, of 1, 2 or 4 bytes';
    throw new MalformedError(field, text, reason);
  }
  const offset = Number(offsetText);
  const size = sizeText === '1' ? 1 : sizeText === '2' ? 2 : 4;
  const largest = 2 ** (8 * size) - 1;
  const mask = maskText === undefined ? largest : Number(maskText);
  const value = Number(valueText);
  if (offset > highestOffset) throw new MalformedError(field, text, 'no packet has so many bytes');
  if (mask > largest) throw new MalformedError(field, text, `the mask has more bytes than ${size}`);
  if (value > largest) throw new MalformedError(field, text, `the value has more bytes than ${size}`);
  return { protocol: parseTransport(protocol, field), offset, size, mask, value };
}
