// pdpb.PD's region reads, as PD answers them: a leader that knows no such region sends a header alone, a follower
// REGION_NOT_FOUND, whereupon the client asks the leader.

import {
  type BatchScanRegionsRequest,
  ErrorType,
  type GetRegionByIDRequest,
  type GetRegionRequest,
  type RequestHeader,
  type ResponseHeader,
  type ScanRegionsRequest,
} from '@syncline/proto/pdpb.ts';
import { type CallContext, ServerError, Status } from 'nice-grpc-common';
import type { RegionTree } from '../regions/region-tree.ts';
import { absent } from '../regions/slots.ts';
import { Cover, KeyHoleError, KeyRangeError, mergedRanges } from './key-ranges.ts';
import { checkRead } from './pd-check.ts';
import { errorHeader, notBootstrapped, okHeader, regionNotFound } from './pd-header.ts';
import type { PdParts } from './pd-parts.ts';
import { AnswerTooLargeError, RegionList, singleAnswer } from './region-answer.ts';
import { RegionView } from './region-view.ts';

type Context = Pick<CallContext, 'metadata' | 'header'>;

/** A copy that may answer, and how it says that it has no such region. */
interface Copy {
  readonly tree: RegionTree;
  readonly view: RegionView;
  readonly ok: ResponseHeader;
  /** The header of an answer without a region. */
  readonly none: ResponseHeader;
}

/** The region that has a key. */
export function getRegion(request: GetRegionRequest, parts: PdParts, context: Context): Uint8Array {
  return one(request, parts, context, (tree) => tree.search(request.regionKey));
}

/** The left neighbour of the region that has a key, if it ends where that one starts. */
export function getPrevRegion(request: GetRegionRequest, parts: PdParts, context: Context): Uint8Array {
  return one(request, parts, context, (tree, view) => {
    const slot = tree.search(request.regionKey);
    const previous = slot === absent ? absent : tree.previous(slot);
    if (previous === absent) return absent;
    const start = view.range(slot).start;
    return Buffer.compare(view.range(previous).end, start) === 0 ? previous : absent;
  });
}

/** The region of an id. */
export function getRegionByID(request: GetRegionByIDRequest, parts: PdParts, context: Context): Uint8Array {
  const { regionId } = request;
  return one(request, parts, context, (tree) =>
    tree.find(Number(regionId & 0xffff_ffffn), Number(regionId >> 32n)),
  );
}

/** The regions of [start, end), each twice. Throws RESOURCE_EXHAUSTED. */
export function scanRegions(request: ScanRegionsRequest, parts: PdParts, context: Context): Uint8Array {
  // A ScanRegionsResponse never has buckets.
  return many({ ...request, needBuckets: false }, parts, context, ({ tree, view, ok }) => {
    const list = new RegionList(ok, parts.limits.scanBytes);
    tree.scan(request.startKey, request.endKey, mostOf(request.limit), (slot) => {
      view.look(slot);
      list.addTwice(view);
    });
    return list;
  });
}

/** The regions of several ranges, each once. Throws RESOURCE_EXHAUSTED. */
export function batchScanRegions(
  request: BatchScanRegionsRequest,
  parts: PdParts,
  context: Context,
): Uint8Array {
  return many(request, parts, context, (copy) => {
    const list = new RegionList(copy.ok, parts.limits.scanBytes);
    const most = mostOf(request.limit);
    let last = absent;
    for (const range of mergedRanges(request.ranges)) {
      if (list.count >= most) break;
      const cover = request.containAllKeyRange ? new Cover(range) : undefined;
      // One more than is missing: the first may be the last one of the range before.
      copy.tree.scan(range.startKey, range.endKey, most - list.count + 1, (slot) => {
        if (slot !== last && list.count >= most) return;
        if (cover !== undefined) {
          const { start, end } = copy.view.range(slot);
          cover.add(start, end);
        }
        if (slot === last) return;
        copy.view.look(slot);
        list.add(copy.view);
        last = slot;
      });
      if (list.count < most) cover?.finish();
    }
    return list;
  });
}

function one(
  request: { readonly header: RequestHeader | undefined; readonly needBuckets: boolean },
  parts: PdParts,
  context: Context,
  find: (tree: RegionTree, view: RegionView) => number,
): Uint8Array {
  const copy = copyFor(request, parts, context);
  if ('refused' in copy) return singleAnswer(copy.refused);
  const slot = find(copy.tree, copy.view);
  if (slot === absent) return singleAnswer(copy.none);
  copy.view.look(slot);
  return singleAnswer(copy.ok, copy.view);
}

function many(
  request: { readonly header: RequestHeader | undefined; readonly needBuckets: boolean },
  parts: PdParts,
  context: Context,
  list: (copy: Copy) => RegionList,
): Uint8Array {
  const copy = copyFor(request, parts, context);
  if ('refused' in copy) return new RegionList(copy.refused, 0).bytes;
  try {
    const listed = list(copy);
    return listed.count === 0 ? new RegionList(copy.none, 0).bytes : listed.bytes;
  } catch (error) {
    return new RegionList(refusal(error, parts), 0).bytes;
  }
}

/** What is wrong with a scan, as a header. Throws what is not the request's fault. */
function refusal(error: unknown, { member }: PdParts): ResponseHeader {
  if (error instanceof KeyRangeError) return errorHeader(member.clusterId, ErrorType.UNKNOWN, error.message);
  if (error instanceof KeyHoleError)
    return errorHeader(member.clusterId, ErrorType.REGIONS_NOT_CONTAIN_ALL_KEY_RANGE, error.message);
  if (error instanceof AnswerTooLargeError)
    throw new ServerError(
      Status.RESOURCE_EXHAUSTED,
      `${error.message} (SYNCLINE_REGION_SYNCER_SCAN_SIZE); ask with a limit`,
    );
  throw error;
}

function copyFor(
  request: { readonly header: RequestHeader | undefined; readonly needBuckets: boolean },
  parts: PdParts,
  context: Context,
): Copy | { readonly refused: ResponseHeader } {
  const reader = checkRead(parts, request.header, context);
  const { member } = parts;
  if (reader.kind === 'not-ready') return { refused: regionNotFound(member.clusterId, reader.why) };
  const leading = reader.kind === 'leader' ? reader.leading : undefined;
  if (leading?.cluster.isBootstrapped === false) return { refused: notBootstrapped(member.clusterId) };
  const tree = member.regions;
  const ok = okHeader(member.clusterId);
  return {
    tree,
    view: new RegionView(tree, {
      ailing: (idLo, idHi) => member.ailing(idLo, idHi),
      buckets: request.needBuckets ? leading?.buckets : undefined,
    }),
    ok,
    none: leading === undefined ? regionNotFound(member.clusterId) : ok,
  };
}

function mostOf(limit: number): number {
  return limit > 0 ? limit : Number.POSITIVE_INFINITY;
}
