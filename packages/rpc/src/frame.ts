// gRPC's message framing: one byte that says uncompressed, four bytes of length (big endian), the message.

/** Bytes in front of each message. */
export const frameHeaderBytes = 5;

/** One message, framed for the wire; several of them, cut anywhere, are what `RawCall.writeFramed` takes. */
export function frame(message: Uint8Array): Buffer {
  const framed = Buffer.allocUnsafe(frameHeaderBytes + message.byteLength);
  framed[0] = 0;
  framed.writeUInt32BE(message.byteLength, 1);
  framed.set(message, frameHeaderBytes);
  return framed;
}

/**
 * The messages in a run of complete frames, as views on it.
 * Throws RangeError at a frame that is cut short or marked as compressed.
 */
export function* unframe(frames: Uint8Array): Generator<Buffer> {
  const bytes = Buffer.from(frames.buffer, frames.byteOffset, frames.byteLength);
  for (let at = 0; at < bytes.length; ) {
    const start = at + frameHeaderBytes;
    if (start > bytes.length) throw new RangeError(`frame at byte ${at}: header cut short`);
    if (bytes[at] !== 0) throw new RangeError(`frame at byte ${at}: compression flag is ${bytes[at]}, not 0`);
    const end = start + bytes.readUInt32BE(at + 1);
    if (end > bytes.length) {
      throw new RangeError(
        `frame at byte ${at}: ${end - start} bytes announced, ${bytes.length - start} follow`,
      );
    }
    yield bytes.subarray(start, end);
    at = end;
  }
}
