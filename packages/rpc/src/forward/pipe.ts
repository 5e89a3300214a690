// One stream that is passed on: what comes at either end goes out at the other, no faster than it is taken there.

import type { RawClientStream } from '../client/raw-stream.ts';
import { frame } from '../frame.ts';
import type { RawCall } from '../raw-call.ts';
import { passedBack } from './passed-back.ts';

/** Bytes that may wait for the caller before no more is read for it. */
const mostWaiting = 64 * 1024;

/** Joins a caller's stream to `onward`, which ends with it; the caller's ends with the status of the other. */
export function pipe(call: RawCall, onward: RawClientStream): void {
  onward.onMessage((message) => {
    call.writeFramed(frame(message));
    if (call.queuedBytes >= mostWaiting) onward.pause();
  });
  call.onDrain(() => onward.resume());
  onward.onEnd((end) => {
    const { code, details } = passedBack(end, call.signal);
    call.end(code, details);
  });

  onward.onDrain(() => call.resume());
  call.onHalfClose(() => onward.halfClose());
  call.onMessage((message) => {
    if (!onward.write(message)) call.pause();
  });
}
