// All regions of a member, read as a client reads them, and compared with those that the stores told of.

import { PDDefinition, type Region } from '@syncline/proto/pdpb.ts';
import { Metadata } from 'nice-grpc-common';
import { digestOf } from '../../test/interop/region-digest.ts';
import { regionsOf } from '../../test/interop/region-layout.ts';
import { clusterId, layoutOf } from './layout.ts';
import type { Member } from './member.ts';

const pageRegions = 10_000;
const pageMs = 30_000;

const digests = new Map<number, string>();

/** Whether a scan of the member gives the regions of the layout, none of which has changed. */
export async function isLaid(member: Member, regions: number): Promise<boolean> {
  const wanted = digests.get(regions) ?? digestOf(regionsOf(layoutOf(regions)));
  digests.set(regions, wanted);
  let sum = 0n;
  for await (const page of pagesOf(member)) sum += BigInt(`0x${digestOf(page)}`);
  return BigInt.asUintN(64, sum) === BigInt(`0x${wanted}`);
}

async function* pagesOf(member: Member): AsyncGenerator<readonly Region[]> {
  const pd = member.connection.client(PDDefinition);
  const metadata = Metadata({ 'pd-allow-follower-handle': 'true' });
  for (let startKey: Uint8Array = new Uint8Array(); ; ) {
    const { regions } = await pd.scanRegions(
      { header: { clusterId }, startKey, limit: pageRegions },
      { metadata, deadlineMs: pageMs },
    );
    yield regions;
    const next = regions.at(-1)?.region?.endKey ?? new Uint8Array();
    if (next.length === 0) return;
    startKey = next;
  }
}
