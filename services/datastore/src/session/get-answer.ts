// A poll's answer as a stream would have brought it. A GetResponse holds its notifications under the same field
// number as a SubscribeResponse holds its one, so each is cut out with its tag and is a message already.

import { Cursor } from '@syncline/protobuf/cursor.ts';

const notificationTag = 0x0a;

/** SubscribeResponse { sync_response: true }. */
const syncResponse = Uint8Array.of(0x18, 0x01);

/**
 * Gives `take` one SubscribeResponse for each notification of an encoded GetResponse, as views on it, then a
 * sync_response. Throws WireError, before anything was given, when the bytes are no GetResponse.
 */
export function asSubscribeResponses(answer: Uint8Array, take: (message: Uint8Array) => void): void {
  const messages: Uint8Array[] = [];
  const cursor = new Cursor().over(answer, 0, answer.byteLength);
  while (cursor.more()) {
    const from = cursor.at;
    const tag = cursor.tag('answer');
    cursor.skip(tag, 'answer');
    if (tag === notificationTag) messages.push(answer.subarray(from, cursor.at));
  }
  for (const message of messages) take(message);
  take(syncResponse);
}
