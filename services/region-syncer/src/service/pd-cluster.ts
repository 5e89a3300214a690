// pdpb.PD's requests about the cluster: its first region, its members, its ids. A leader alone answers them, but for
// those that clients learn the cluster id by; what is wrong with a request is in the header, in PD's words.

import {
  type AllocIDRequest,
  type AllocIDResponse,
  type BootstrapRequest,
  type BootstrapResponse,
  ErrorType,
  type GetClusterConfigRequest,
  type GetClusterConfigResponse,
  type GetClusterInfoResponse,
  type GetMembersResponse,
  type IsBootstrappedRequest,
  type IsBootstrappedResponse,
  type Member as ProtoMember,
  ServiceMode,
} from '@syncline/proto/pdpb.ts';
import { ServerError, Status } from 'nice-grpc-common';
import { binaryVersion } from '../cluster/binary-version.ts';
import { BootstrapRefusedError, readBootstrap } from './bootstrap-request.ts';
import type { Peer } from './member.ts';
import { checkLeader } from './pd-check.ts';
import { errorHeader, notBootstrapped, okHeader } from './pd-header.ts';
import type { PdParts } from './pd-parts.ts';
import { replicationStatus } from './replication-status.ts';

/** Who leads. Checks nothing. */
export function getMembers({ member }: PdParts): GetMembersResponse {
  const { members, leader } = member.roster;
  const [self] = members;
  const version = ({ memberId }: Peer) => (memberId === self?.memberId ? binaryVersion : '');
  return {
    header: okHeader(member.clusterId),
    members: members.map((each) => shown(each, version(each))),
    leader: leader && shown(leader, version(leader)),
    etcdLeader: undefined,
    tsoAllocatorLeaders: {},
  };
}

/** That this is a PD. Checks nothing. */
export function getClusterInfo({ member }: PdParts): GetClusterInfoResponse {
  return { header: okHeader(member.clusterId), serviceModes: [ServiceMode.PD_SVC_MODE], tsoUrls: [] };
}

/** Begins the cluster with its first store and region. The signal ends the waiting for another call that does. */
export async function bootstrap(
  request: BootstrapRequest,
  parts: PdParts,
  signal: AbortSignal,
): Promise<BootstrapResponse> {
  const { cluster, admit } = checkLeader(parts, request.header);
  const { clusterId } = parts.member;
  const already = {
    header: errorHeader(clusterId, ErrorType.ALREADY_BOOTSTRAPPED, 'cluster is already bootstrapped'),
    replicationStatus: undefined,
  };
  if (cluster.isBootstrapped) return already;
  checkOwnsRegions(parts);
  try {
    const { store, block } = readBootstrap(request, clusterId);
    const isFirst = await cluster.bootstrap(store, request, () => admit(block), signal);
    return isFirst ? { header: okHeader(clusterId), replicationStatus } : already;
  } catch (error) {
    if (!(error instanceof BootstrapRefusedError)) throw error;
    return { header: errorHeader(clusterId, ErrorType.UNKNOWN, error.message), replicationStatus: undefined };
  }
}

export function isBootstrapped(request: IsBootstrappedRequest, parts: PdParts): IsBootstrappedResponse {
  const { cluster } = checkLeader(parts, request.header);
  return { header: okHeader(parts.member.clusterId), bootstrapped: cluster.isBootstrapped };
}

/** Ids that no one else gets: the last one of the batch. */
export async function allocID(request: AllocIDRequest, parts: PdParts): Promise<AllocIDResponse> {
  const { cluster } = checkLeader(parts, request.header);
  if (!cluster.isBootstrapped) checkOwnsRegions(parts);
  const count = request.count || 1;
  const id = await cluster.allocate(count);
  return { header: okHeader(parts.member.clusterId), id, count: count > 1 ? count : 0 };
}

export function getClusterConfig(request: GetClusterConfigRequest, parts: PdParts): GetClusterConfigResponse {
  const { cluster } = checkLeader(parts, request.header);
  const { clusterId } = parts.member;
  if (!cluster.isBootstrapped) return { header: notBootstrapped(clusterId), cluster: undefined };
  return {
    header: okHeader(clusterId),
    cluster: { id: clusterId, maxPeerCount: parts.limits.maxReplicas },
  };
}

/** Throws ServerError where a cluster that was not begun here has regions: their ids, and more, are in use. */
function checkOwnsRegions({ member }: PdParts): void {
  const { size } = member.regions;
  // A bootstrap that was cut short leaves one, and can be repeated.
  if (size <= 1) return;
  throw new ServerError(
    Status.FAILED_PRECONDITION,
    `this member has ${size} regions of a cluster that another leader began, and cannot know its stores and ids`,
  );
}

function shown({ name, memberId, clientUrls }: Peer, version: string): ProtoMember {
  return {
    name,
    memberId,
    peerUrls: [],
    clientUrls: [...clientUrls],
    leaderPriority: 0,
    deployPath: '',
    binaryVersion: version,
    gitHash: '',
    dcLocation: '',
  };
}
