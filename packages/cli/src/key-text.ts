// Keys of regions as people write them: hex behind 0x, or text with \xNN for what is not printable.

import { InvalidArgumentError } from 'commander';

const hex = /^0x(?:[0-9A-Fa-f]{2})*$/;
/** A character that stands for itself, or an escape. */
const part = /\\x([0-9A-Fa-f]{2})|\\(\\)|([!-[\]-~ ])/y;

/** The key of a text such as `t_r1`, `t\x80\x00` or `0x7480`; '' is the empty key. Throws InvalidArgumentError. */
export function readKey(text: string): Uint8Array {
  if (text.startsWith('0x')) {
    if (hex.test(text)) return Buffer.from(text.slice(2), 'hex');
    throw new InvalidArgumentError('expected pairs of hex digits behind 0x');
  }
  const bytes: number[] = [];
  for (part.lastIndex = 0; part.lastIndex < text.length; ) {
    const at = part.lastIndex;
    const [found, escaped, backslash] = part.exec(text) ?? [];
    if (found === undefined) {
      throw new InvalidArgumentError(
        `character ${at + 1} is ${JSON.stringify(text[at])}: write \\xNN for a byte, \\\\ for a backslash, or all of it in hex behind 0x`,
      );
    }
    bytes.push(escaped === undefined ? (backslash ?? found).charCodeAt(0) : Number.parseInt(escaped, 16));
  }
  return Uint8Array.from(bytes);
}

/** The text of a key, which readKey() reads: without blanks, so that it is one word of a shell. */
export function keyText(key: Uint8Array): string {
  const text = Array.from(key, (byte) => {
    if (byte === 0x5c) return '\\\\';
    return byte > 0x20 && byte < 0x7f ? String.fromCharCode(byte) : escape(byte);
  }).join('');
  return text.startsWith('0x') ? `${escape(0x30)}${text.slice(1)}` : text;
}

/** The key in hex, which readKey() reads. */
export function keyHex(key: Uint8Array): string {
  return `0x${Buffer.from(key).toString('hex')}`;
}

function escape(byte: number): string {
  return `\\x${byte.toString(16).padStart(2, '0')}`;
}
