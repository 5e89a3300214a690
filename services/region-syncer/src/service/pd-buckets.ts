// pdpb.PD's ReportBuckets: the buckets of regions, as stores count them. As in PD, a report of a region that is not
// known is kept, because its first heartbeat may still be on its way, and one without keys says nothing.

import type { ReportBucketsRequest, ReportBucketsResponse } from '@syncline/proto/pdpb.ts';
import { checkLeader } from './pd-check.ts';
import { notBootstrapped, okHeader } from './pd-header.ts';
import type { PdParts } from './pd-parts.ts';

/** Takes reports until the store sends no more. Throws UNAVAILABLE, FAILED_PRECONDITION, INVALID_ARGUMENT. */
export async function reportBuckets(
  requests: AsyncIterable<ReportBucketsRequest>,
  parts: PdParts,
): Promise<ReportBucketsResponse> {
  const { member } = parts;
  for await (const { header, buckets } of requests) {
    const { cluster, buckets: reported } = checkLeader(parts, header);
    if (!cluster.isBootstrapped) return { header: notBootstrapped(member.clusterId) };
    if (buckets !== undefined && buckets.keys.length > 0) reported.report(buckets);
  }
  return { header: okHeader(member.clusterId) };
}
