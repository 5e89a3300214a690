// pdpb.PD's requests about stores. A leader alone answers them; what is wrong with a request is in the header, in PD's
// words.

import type { Store } from '@syncline/proto/metapb.ts';
import {
  ErrorType,
  type GetAllStoresRequest,
  type GetAllStoresResponse,
  type GetStoreRequest,
  type GetStoreResponse,
  type PutStoreRequest,
  type PutStoreResponse,
  type ReportMinResolvedTsRequest,
  type ReportMinResolvedTsResponse,
  type RequestHeader,
  type ResponseHeader,
  type StoreHeartbeatRequest,
  type StoreHeartbeatResponse,
} from '@syncline/proto/pdpb.ts';
import { invalidField } from '@syncline/rpc/invalid-field.ts';
import { type Cluster, type KnownStore, StoreRefusedError, StoreTombstoneError } from '../cluster/cluster.ts';
import { isRemoved } from '../cluster/store-address.ts';
import { checkLeader } from './pd-check.ts';
import { errorHeader, notBootstrapped, okHeader } from './pd-header.ts';
import type { PdParts } from './pd-parts.ts';
import { replicationStatus } from './replication-status.ts';

/** Registers a store, or what has changed of it; answers when that is durable. */
export async function putStore(request: PutStoreRequest, parts: PdParts): Promise<PutStoreResponse> {
  const { store, header } = request;
  const { cluster, ok, refused } = clusterFor(parts, header);
  if (refused !== undefined) return { header: refused, replicationStatus: undefined };
  if (store === undefined) throw invalidField('store', 'it is required');
  try {
    await cluster.putStore(store);
    return { header: ok, replicationStatus };
  } catch (error) {
    return { header: storeRefusal(error, parts), replicationStatus: undefined };
  }
}

export function getStore(request: GetStoreRequest, parts: PdParts): GetStoreResponse {
  const { storeId, header } = request;
  const { cluster, ok, refused } = clusterFor(parts, header);
  const known = refused === undefined ? cluster.store(storeId) : undefined;
  if (known !== undefined) return { header: ok, store: shown(known), stats: known.stats };
  const unknown = errorHeader(ok.clusterId, ErrorType.UNKNOWN, `invalid store ID ${storeId}, not found`);
  return { header: refused ?? unknown, store: undefined, stats: undefined };
}

export function getAllStores(request: GetAllStoresRequest, parts: PdParts): GetAllStoresResponse {
  const { excludeTombstoneStores, header } = request;
  const { cluster, ok, refused } = clusterFor(parts, header);
  if (refused !== undefined) return { header: refused, stores: [] };
  const stores = cluster.stores().map(shown);
  return { header: ok, stores: excludeTombstoneStores ? stores.filter((each) => !isRemoved(each)) : stores };
}

/** Notes what a store says of itself; no orders are given. */
export function storeHeartbeat(request: StoreHeartbeatRequest, parts: PdParts): StoreHeartbeatResponse {
  const { stats, header } = request;
  const { cluster, ok, refused } = clusterFor(parts, header);
  if (refused !== undefined) return heartbeatAnswer(refused);
  if (stats === undefined)
    throw invalidField('stats', 'invalid store heartbeat command: the statistics are required');
  try {
    const known = cluster.heartbeat(stats);
    if (known !== undefined)
      return { ...heartbeatAnswer(ok), replicationStatus, state: known.store.nodeState };
    return heartbeatAnswer(errorHeader(ok.clusterId, ErrorType.UNKNOWN, `store ${stats.storeId} not found`));
  } catch (error) {
    return heartbeatAnswer(storeRefusal(error, parts));
  }
}

/** Taken and not used. */
export function reportMinResolvedTS(
  request: ReportMinResolvedTsRequest,
  parts: PdParts,
): ReportMinResolvedTsResponse {
  const { ok, refused } = clusterFor(parts, request.header);
  return { header: refused ?? ok };
}

/** The cluster, and the header of an answer; `refused` instead while it is not bootstrapped. */
function clusterFor(
  parts: PdParts,
  header: RequestHeader | undefined,
): { readonly cluster: Cluster; readonly ok: ResponseHeader; readonly refused: ResponseHeader | undefined } {
  const { cluster } = checkLeader(parts, header);
  const { clusterId } = parts.member;
  return {
    cluster,
    ok: okHeader(clusterId),
    refused: cluster.isBootstrapped ? undefined : notBootstrapped(clusterId),
  };
}

/** A store as PD's clients see it. */
function shown({ store, lastHeartbeat }: KnownStore): Store {
  return lastHeartbeat === undefined ? store : { ...store, lastHeartbeat };
}

/** Throws what is not the request's fault. */
function storeRefusal(error: unknown, { member }: PdParts): ResponseHeader {
  if (error instanceof StoreTombstoneError)
    return errorHeader(member.clusterId, ErrorType.STORE_TOMBSTONE, error.message);
  if (error instanceof StoreRefusedError)
    return errorHeader(member.clusterId, ErrorType.UNKNOWN, error.message);
  throw error;
}

function heartbeatAnswer(header: ResponseHeader): StoreHeartbeatResponse {
  return { header, replicationStatus: undefined, clusterVersion: '', requireDetailedReport: false, state: 0 };
}
