// The header of every answer of pdpb.PD: the cluster, and what is wrong with the request itself, in PD's words.
// Such an answer has the gRPC status OK; clients look into the header.

import { ErrorType, type ResponseHeader } from '@syncline/proto/pdpb.ts';

/** All is well. A member that does not know its cluster yet says so, as PD does. */
export function okHeader(clusterId: bigint): ResponseHeader {
  if (clusterId === 0n) return errorHeader(0n, ErrorType.NOT_BOOTSTRAPPED, 'cluster id is not ready');
  return { clusterId, error: undefined };
}

export function errorHeader(clusterId: bigint, type: ErrorType, message: string): ResponseHeader {
  return { clusterId, error: { type, message } };
}

export function notBootstrapped(clusterId: bigint): ResponseHeader {
  return errorHeader(clusterId, ErrorType.NOT_BOOTSTRAPPED, 'cluster is not bootstrapped');
}

/** Also what a follower answers that is not ready, and to some callers `why`: clients ask the leader then. */
export function regionNotFound(clusterId: bigint, why = ''): ResponseHeader {
  const text = 'region not found';
  return errorHeader(clusterId, ErrorType.REGION_NOT_FOUND, why === '' ? text : `${text}: ${why}`);
}
