// pdpb.PD/SyncRegions until its follower has said who it is and what it wants: one message, which is checked in PD's words.
// Whatever it sends after that means nothing, as in PD.

import { WireError } from '@syncline/protobuf/wire-error.ts';
import type { RawCall, RawHandler } from '@syncline/rpc/raw-call.ts';
import { decodeSyncRequest, type SyncRequest } from '../wire/sync-request.ts';
import type { HeardTerms } from './heard-terms.ts';
import { refuse, StreamRefusedError } from './stream-refusals.ts';
import type { Streams } from './streams.ts';
import type { SyncParts } from './sync-parts.ts';

/** What the calls go to. */
export interface SyncRegionsParts extends Pick<SyncParts, 'clusterId' | 'limits' | 'awake' | 'counts'> {
  readonly streams: Streams;
  readonly heard: HeardTerms;
  /** Why nobody can join now; undefined when anybody can. */
  readonly closed: () => string | undefined;
}

/** The method. */
export function syncRegions(parts: SyncRegionsParts): RawHandler {
  const greeting = new Set<RawCall>();
  return (call) => {
    if (greeting.size >= parts.limits.streams)
      return refuse(
        call,
        new StreamRefusedError('streams', `${greeting.size} streams have not said what they want`),
        parts.counts,
      );
    greeting.add(call);
    const greeted = () => {
      greeting.delete(call);
      timer.clear();
    };
    const timer = parts.awake.setTimer(parts.limits.stallMs, () =>
      refuse(
        call,
        new StreamRefusedError('silent', `no request came within ${parts.limits.stallMs} ms`),
        parts.counts,
      ),
    );
    call.signal.addEventListener('abort', greeted, { once: true });
    call.onMessage((message) => {
      if (!greeting.has(call)) {
        parts.counts.refused('surplus');
        return;
      }
      greeted();
      join(call, message, parts);
    });
  };
}

function join(call: RawCall, message: Uint8Array, parts: SyncRegionsParts): void {
  try {
    parts.streams.join(call, checked(message, parts));
  } catch (error) {
    if (!(error instanceof StreamRefusedError)) throw error;
    refuse(call, error, parts.counts);
  }
}

function checked(message: Uint8Array, { clusterId, closed, heard }: SyncRegionsParts): SyncRequest {
  const reason = closed();
  if (reason !== undefined) throw new StreamRefusedError('closed', reason);
  const request = read(message);
  if (request.clusterId !== clusterId)
    throw new StreamRefusedError(
      'cluster',
      `mismatch cluster id, need ${clusterId} but got ${request.clusterId}`,
    );
  heard.check(request);
  return request;
}

function read(message: Uint8Array): SyncRequest {
  try {
    return decodeSyncRequest(message);
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    throw new StreamRefusedError('request', error.message);
  }
}
