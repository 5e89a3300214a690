// The one message that a follower sends on a sync stream: who it is and where it goes on. Once per stream, so the
// generated code does the work.
import { type Member, SyncRegionRequest } from '@syncline/proto/pdpb.ts';
import { WireError } from '@syncline/protobuf/wire-error.ts';

/** What the peer can do, in the bits of `capabilities`; a PD has none of them. */
const capability = { syncline: 1n, delta: 2n } as const;

export interface SyncRequest {
  readonly clusterId: bigint;
  /** With a name, and at least one client URL: PD leaders index the first without looking. */
  readonly member: Member;
  /** The next record that the follower lacks; 0 asks for a snapshot. */
  readonly startIndex: number;
  /** The follower is a Syncline, reads our own fields, and sends them. */
  readonly ours: boolean;
  readonly takesDeltas: boolean;
  /** The highest term that it has seen; 0 from a PD. */
  readonly term: number;
}

/** The request of a Syncline, as the message without gRPC's five bytes. Throws WireError for a member without a URL. */
export function encodeSyncRequest(request: Omit<SyncRequest, 'ours'>): Uint8Array {
  checkMember(request.member);
  return SyncRegionRequest.encode(
    SyncRegionRequest.create({
      header: { clusterId: request.clusterId, senderId: request.member.memberId },
      member: request.member,
      startIndex: BigInt(request.startIndex),
      term: BigInt(request.term),
      capabilities: request.takesDeltas ? capability.syncline | capability.delta : capability.syncline,
    }),
  ).finish();
}

/**
 * Reads a request, of a Syncline or a PD. An index beyond 2^53 is one that no log has and is read as 2^53 - 1.
 * Throws WireError when it is malformed or says not who it is.
 */
export function decodeSyncRequest(message: Uint8Array): SyncRequest {
  const request = decode(message);
  const ours = (request.capabilities & capability.syncline) !== 0n;
  return {
    clusterId: request.header?.clusterId ?? 0n,
    member: checkMember(request.member),
    startIndex: capped(request.startIndex),
    ours,
    takesDeltas: ours && (request.capabilities & capability.delta) !== 0n,
    term: ours ? capped(request.term) : 0,
  };
}

function decode(message: Uint8Array): SyncRegionRequest {
  try {
    return SyncRegionRequest.decode(message);
  } catch (cause) {
    throw new WireError('request', String(cause));
  }
}

function checkMember(member: Member | undefined): Member {
  if (!member) throw new WireError('member', 'is missing');
  if (member.name === '') throw new WireError('member.name', 'is empty');
  if (member.clientUrls.length === 0) throw new WireError('member.client_urls', `of ${member.name} are none`);
  return member;
}

function capped(value: bigint): number {
  const most = BigInt(Number.MAX_SAFE_INTEGER);
  return Number(value < most ? value : most);
}
