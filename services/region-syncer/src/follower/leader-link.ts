// One channel to the leader, opened for one attempt and closed with it, so that no older attempt's backoff is inherited.
// Invariant: a call ends with exactly one word about how, unless it is hung up first: then nothing more is heard of it.

import { PDDefinition } from '@syncline/proto/pdpb.ts';
import {
  type ClientIdentity,
  type ClientSecurity,
  type Connection,
  connect,
  type StreamEnd,
} from '@syncline/rpc/connect.ts';
import { reasonOf } from '@syncline/rpc/failure-reason.ts';
import { ClientError, Status } from 'nice-grpc-common';
import { isSyncline } from '../cluster/binary-version.ts';
import type { Peer } from '../service/member.ts';
import { listingFrame } from './listing.ts';

/** How the leader is reached, and what is taken from it. All are settings. */
export interface LeaderLinkSettings {
  /** `host:port`. */
  readonly address: string;
  readonly security: ClientSecurity;
  readonly identity: ClientIdentity;
  /** How long connecting and GetMembers may take together. */
  readonly connectDeadlineMs: number;
  /** Longest frame that is taken, in bytes; a longer one ends the call with RESOURCE_EXHAUSTED. */
  readonly maxFrameBytes: number;
  readonly keepalive: { readonly timeMs: number; readonly timeoutMs: number };
  /** HTTP/2's receive window, in bytes. */
  readonly flowControlWindow: number;
}

/** Who leads, by its own words. */
export interface Hello {
  readonly clusterId: bigint;
  readonly leader: Peer;
  /** The leader calls itself a Syncline. */
  readonly ours: boolean;
}

/** How a call ended. */
export interface CallEnd {
  /** Status and details, see reasonOf(). */
  readonly reason: string;
  /** The member that was called does not lead, in the words of PD. */
  readonly isNoLeader: boolean;
}

/** A sync stream that is open. */
export interface SyncCall {
  /** Stops reading: the leader is held back once what is on its way is full. */
  pause(): void;
  resume(): void;
  /** Ends it; nothing more of it is heard. */
  hangUp(): void;
}

/** A channel. Disposing it ends its calls; their listeners hear no more. Nothing is reported in the caller's tick. */
export interface LeaderLink extends Disposable {
  /** Calls `listener` once, when the connection is gone: whoever answers after that may be another process. */
  onLost(listener: () => void): void;
  /** Asks who leads. Rejects with the leader's ClientError, or NoLeaderError. */
  hello(): Promise<Hello>;
  /** Opens the sync stream; `request` is an encoded SyncRegionRequest, messages are SyncRegionResponses. */
  sync(request: Uint8Array, onMessage: (message: Buffer) => void, onEnd: (end: CallEnd) => void): SyncCall;
  /** Reads all regions by ScanRegions, as a frame. Rejects with the leader's ClientError, or ListingRefusedError. */
  list(clusterId: bigint, signal: AbortSignal): Promise<Buffer>;
}

/** The member that was asked knows of no leader, or of no cluster. */
export class NoLeaderError extends Error {
  override name = 'NoLeaderError';
}

const syncPath = `/${PDDefinition.fullName}/${PDDefinition.methods.syncRegions.name}`;

/** Opens a link that connects at its first call. Throws PemError for a certificate file that cannot be used. */
export function openLeaderLink(settings: LeaderLinkSettings): LeaderLink {
  const { address, security, identity, keepalive, flowControlWindow } = settings;
  const connection = connect(address, {
    security,
    identity,
    maxReceiveBytes: settings.maxFrameBytes,
    defaultDeadlineMs: settings.connectDeadlineMs,
    keepalive,
    flowControlWindow,
  });
  const closed = new AbortController();
  return {
    onLost: (listener) => connection.onLost(() => !closed.signal.aborted && listener()),
    hello: () => hello(connection, closed.signal),
    sync: (request, onMessage, onEnd) => sync(connection, closed.signal, request, onMessage, onEnd),
    list: (clusterId, signal) => list(connection, clusterId, AbortSignal.any([closed.signal, signal])),
    [Symbol.dispose]() {
      closed.abort();
      connection[Symbol.dispose]();
    },
  };
}

async function hello(connection: Connection, signal: AbortSignal): Promise<Hello> {
  const { header, leader } = await connection.client(PDDefinition).getMembers({}, { signal });
  if (header?.error !== undefined) throw new NoLeaderError(`GetMembers: ${header.error.message}`);
  if (leader === undefined) throw new NoLeaderError('GetMembers: there is no leader');
  const { name, memberId, clientUrls, binaryVersion } = leader;
  return {
    clusterId: header?.clusterId ?? 0n,
    leader: { name, memberId, clientUrls },
    ours: isSyncline(binaryVersion),
  };
}

async function list(connection: Connection, clusterId: bigint, signal: AbortSignal): Promise<Buffer> {
  const pd = connection.client(PDDefinition);
  return listingFrame(await pd.scanRegions({ header: { clusterId } }, { signal }));
}

function sync(
  connection: Connection,
  closed: AbortSignal,
  request: Uint8Array,
  onMessage: (message: Buffer) => void,
  onEnd: (end: CallEnd) => void,
): SyncCall {
  const call = connection.raw(syncPath);
  let heard = true;
  call.onMessage((message) => {
    if (heard) onMessage(message);
  });
  call.onEnd((end) => {
    if (heard && !closed.aborted) onEnd(callEnd(end));
  });
  // A PD takes the end of the requests for the end of the stream: it stays open.
  call.write(request);
  return {
    pause: () => call.pause(),
    resume: () => call.resume(),
    hangUp() {
      heard = false;
      call.cancel();
    },
  };
}

function callEnd({ code, details }: StreamEnd): CallEnd {
  return {
    reason: reasonOf(new ClientError(syncPath, code, details)),
    isNoLeader: code === Status.UNAVAILABLE && (details === 'server not started' || details === 'not leader'),
  };
}
