// pdpb.BootstrapRequest: PD's checks in its words.

import type { Store } from '@syncline/proto/metapb.ts';
import { Region } from '@syncline/proto/metapb.ts';
import type { BootstrapRequest } from '@syncline/proto/pdpb.ts';
import { ByteWriter } from '@syncline/protobuf/byte-writer.ts';
import { frameField } from '../wire/frame-tags.ts';

/** A request that a cluster cannot begin with; the message is PD's. */
export class BootstrapRefusedError extends Error {
  override name = 'BootstrapRefusedError';
}

/** What a cluster begins with. */
export interface FirstRecords {
  readonly store: Store;
  /** The whole key space as one block, see wire/region-fields.ts. */
  readonly block: Uint8Array;
}

/** Throws BootstrapRefusedError. */
export function readBootstrap({ store, region }: BootstrapRequest, clusterId: bigint): FirstRecords {
  const refuse = (problem: string): never => {
    throw new BootstrapRefusedError(problem);
  };
  if (store === undefined) return refuse(`missing store meta for bootstrap ${clusterId}`);
  if (store.id === 0n) return refuse('invalid zero store id');
  if (region === undefined) return refuse(`missing region meta for bootstrap ${clusterId}`);
  if (region.startKey.length > 0 || region.endKey.length > 0)
    return refuse(`invalid first region key range, must all be empty for bootstrap ${clusterId}`);
  if (region.id === 0n) return refuse('invalid zero region id');
  const [peer] = region.peers;
  if (peer === undefined || region.peers.length > 1)
    return refuse(
      `invalid first region peer count ${region.peers.length}, must be 1 for bootstrap ${clusterId}`,
    );
  if (peer.storeId !== store.id)
    return refuse(`invalid peer store id ${peer.storeId} != ${store.id} for bootstrap ${clusterId}`);
  if (peer.id === 0n) return refuse('invalid zero peer id');
  return { store, block: blockOf(region) };
}

/** A region without traffic, leader and buckets; one without an epoch gets the zero one, which PD reads it as. */
function blockOf(region: Region): Uint8Array {
  const epoch = region.regionEpoch ?? { confVer: 0n, version: 0n };
  const encoded = Region.encode({ ...region, regionEpoch: epoch }).finish();
  const block = new ByteWriter(encoded.length + 16);
  block.content(frameField.regions, encoded, 0, encoded.length);
  for (const field of [frameField.stats, frameField.leaders, frameField.buckets])
    block.content(field, encoded, 0, 0);
  return block.view();
}
