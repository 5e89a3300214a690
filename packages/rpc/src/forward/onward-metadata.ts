// What of a caller's metadata another server is told. All that is passed on shares one connection to it, which would be
// closed over a header that a connection has for itself, or over too many of them.

import { Metadata, ServerError, Status } from 'nice-grpc-common';
import { fieldBytes } from '../field-bytes.ts';

/** The most that is passed on, in bytes as HTTP/2 counts them: nghttp2 sends 64 KiB, with what grpc-js adds. */
export const maxOnwardBytes = 60 * 1024;

// What concerns the caller's connection or body alone; the other headers of HTTP/1 connections nghttp2 does not let in. Over
// http2-settings node:http2 throws, whereupon grpc-js closes the connection and tries again without end; over a wrong
// length the connection is closed as well.
const ofOneConnection: readonly string[] = ['content-length', 'host', 'http2-settings'];

/** `metadata`, but for what is of one connection. Throws ServerError RESOURCE_EXHAUSTED beyond maxOnwardBytes. */
export function onwardMetadata(metadata: Metadata): Metadata {
  const onward = Metadata(metadata);
  for (const key of ofOneConnection) onward.delete(key);
  let size = 0;
  for (const [key, values] of onward) {
    for (const value of values) size += fieldBytes(key, value);
  }
  if (size <= maxOnwardBytes) return onward;
  throw new ServerError(
    Status.RESOURCE_EXHAUSTED,
    `metadata of ${size} bytes cannot be passed on: ${maxOnwardBytes} at the most`,
  );
}
