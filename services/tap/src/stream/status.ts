// What the application is told of a stream. Derived, never stored by hand: the same facts give the same status.

import { fits, type HeldTarget, type WantedTarget } from './held.ts';
import type { StreamView } from './stream-view.ts';

/** ambassador.v1.StreamStatus.Status. */
export type StreamStatus = 'open' | 'pending' | 'unavailable' | 'undefined';

/** A status and why; the reason is '' when the stream is open. */
export interface StatusWithReason {
  readonly status: StreamStatus;
  readonly reason: string;
}

/** The facts that a status is made of. */
export interface StatusFacts {
  readonly view: StreamView;
  readonly wanted: WantedTarget | undefined;
  readonly held: HeldTarget | undefined;
  /** Why the last attempt failed; undefined after one that succeeded and when another thing is wanted. */
  readonly lastError: string | undefined;
}

const open: StatusWithReason = { status: 'open', reason: '' };

/** The status of a stream that is wanted. Upstream's order: the link first, then the configuration, then the NSP. */
export function statusOf({ view, wanted, held, lastError }: StatusFacts): StatusWithReason {
  const { link, config } = view;
  if (link.state !== 'up' || link.snapshot === undefined) return unavailable(link.detail);
  switch (config.kind) {
    case 'unknown':
      return unavailable('the NSP has not listed the streams of the conduit yet');
    case 'absent':
      return { status: 'undefined', reason: 'the stream is not in the configuration of the NSP' };
    case 'listed':
      break;
  }
  if (link.snapshot.localIps.length === 0) return unavailable('no local IPs');
  if (held !== undefined && held.state !== 'doubtful' && fits(held, wanted)) return open;
  if (lastError !== undefined) return unavailable(lastError);
  return { status: 'pending', reason: 'the target is being registered' };
}

function unavailable(reason: string): StatusWithReason {
  return { status: 'unavailable', reason };
}
