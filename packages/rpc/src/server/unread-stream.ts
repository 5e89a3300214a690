// A stream that ended well and has not been read to its end. Its client may take as long as it likes, as long as it
// takes something: only one that stopped reading is cut, which frees what is queued for it.

import { constants, type ServerHttp2Stream } from 'node:http2';
import type { Clock, Timer } from '@syncline/runtime/clock.ts';
import { Stall } from '@syncline/runtime/stall.ts';

// How often the stream is looked at within the time it may stand still; it may stand for one look longer.
const looks = 4;

/** What is seen of the stream. */
export interface UnreadStream
  extends Pick<ServerHttp2Stream, 'writableLength' | 'writableFinished' | 'destroyed' | 'close'> {
  once(event: 'close', listener: () => void): unknown;
}

/**
 * Watches a stream that nothing more is written to until it has closed, and resets it when its client has taken
 * nothing for `unreadMs` of the clock. What was queued together is taken together, as far as can be seen. One that was read to its
 * end is closed, whether or not the client closes its side.
 */
export function watchUnread(stream: UnreadStream, unreadMs: number, clock: Clock): void {
  if (stream.destroyed) return;
  const queued = stream.writableLength;
  const stall = new Stall();
  let timer: Timer | undefined;
  const look = () => {
    if (stream.writableFinished) return stream.close();
    if (stall.look(clock.monotonic(), queued, stream.writableLength) >= unreadMs) {
      return stream.close(constants.NGHTTP2_CANCEL);
    }
    timer = clock.setTimer(unreadMs / looks, look);
  };
  stream.once('close', () => timer?.clear());
  stall.look(clock.monotonic(), queued, queued);
  timer = clock.setTimer(unreadMs / looks, look);
}
