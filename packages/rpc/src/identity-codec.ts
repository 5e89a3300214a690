// Message bytes as they are: grpc-js neither decodes nor encodes, which is done where an error has a handler to go to.

/** What arrived is the message. */
export const asIs = (bytes: Buffer): Buffer => bytes;

/** The same bytes as the Buffer grpc-js wants, without a copy. */
export const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
