// What a caller is told of how the call ended that was made for it.

import { Status } from 'nice-grpc-common';
import type { StreamEnd } from '../client/raw-stream.ts';

/** The other server's status, as its caller gets it. CANCELLED is for callers that cancelled: `signal` is theirs. */
export function passedBack(
  { code, details }: StreamEnd,
  signal: AbortSignal,
): Pick<StreamEnd, 'code' | 'details'> {
  if (code !== Status.CANCELLED || signal.aborted) return { code, details };
  return {
    code: Status.UNAVAILABLE,
    details: 'the line to the server that this was passed on to was closed',
  };
}
