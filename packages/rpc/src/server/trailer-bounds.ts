// What ends a call travels in one block of headers. nghttp2 destroys the whole connection, with the streams of
// everybody on it, over a block beyond 64 KiB, and gRPC clients refuse one beyond 8 KiB: so all of it is bounded here.

import { Metadata } from 'nice-grpc-common';
import { fieldBytes } from '../field-bytes.ts';

/** The longest text of a status as it is sent, percent-encoded, in bytes. */
export const maxDetailsBytes = 4 * 1024;

/** The most trailers may take together, in bytes as HTTP/2 counts them. */
export const maxTrailerBytes = 3 * 1024;

const ellipsis = '…';

/** `details` as it can be sent: cut, with '…' at its end, where it is longer than maxDetailsBytes encoded. */
export function boundedDetails(details: string): string {
  // A lone surrogate cannot be encoded; encodeURI is what grpc-js sends.
  const text = details.toWellFormed();
  if (fits(text)) return text;
  let room = maxDetailsBytes - encodeURI(ellipsis).length;
  let kept = 0;
  for (const character of text) {
    room -= encodeURI(character).length;
    if (room < 0) break;
    kept += character.length;
  }
  return text.slice(0, kept) + ellipsis;
}

/** The entries of `trailer` that can be sent, in order and whole, and the keys of those that cannot. */
export function boundedTrailer(trailer: Metadata): { readonly sent: Metadata; readonly dropped: string[] } {
  const sent = Metadata();
  const dropped: string[] = [];
  let room = maxTrailerBytes;
  for (const [key, values] of trailer) {
    for (const value of values) {
      const size = fieldBytes(key, value);
      if (size > room) dropped.push(key);
      else {
        room -= size;
        sent.append(key, value);
      }
    }
  }
  return { sent, dropped };
}

// Longer than that cannot fit, so it is not encoded to find out.
function fits(text: string): boolean {
  return text.length <= maxDetailsBytes && encodeURI(text).length <= maxDetailsBytes;
}
