// What metadata cost in a block of headers.

// RFC 9113, 6.5.2: what each field of a header list costs beside its name and value.
const overhead = 32;

/** Bytes of one value of `key` as HTTP/2 counts them. Bytes travel as base64. */
export function fieldBytes(key: string, value: string | Uint8Array): number {
  const length = typeof value === 'string' ? value.length : 4 * Math.ceil(value.byteLength / 3);
  return key.length + length + overhead;
}
