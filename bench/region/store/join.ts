// The stores join the cluster: one bootstraps it, and all of them say that they are there.

import type { Store } from '@syncline/proto/metapb.ts';
import { PDDefinition, type ResponseHeader } from '@syncline/proto/pdpb.ts';
import { connect } from '@syncline/rpc/connect.ts';
import type { RegionLayout } from '../../../test/interop/region-layout.ts';
import { clusterId } from '../layout.ts';

/** Joins the leader at `address` with all stores of the layout; its first region takes the place of the bootstrap's. */
export async function join(address: string, layout: RegionLayout): Promise<void> {
  using connection = connect(address, { security: { kind: 'plaintext' } });
  const pd = connection.client(PDDefinition);
  const header = { clusterId };
  const region = {
    id: layout.firstId,
    regionEpoch: { confVer: 1n, version: 1n },
    peers: [{ id: layout.firstId + 1n, storeId: 1n }],
  };
  check((await pd.bootstrap({ header, store: storeOf(1), region })).header);
  for (let id = 1; id <= layout.stores; id++)
    check((await pd.putStore({ header, store: storeOf(id) })).header);
}

function storeOf(id: number): Partial<Store> {
  return { id: BigInt(id), address: `bench-store-${id}:20160`, version: '9.0.0-alpha.1' };
}

function check(header: ResponseHeader | undefined): void {
  if (header?.error !== undefined) throw new Error(`the leader refuses the stores: ${header.error.message}`);
}
