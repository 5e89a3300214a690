// Stores that tell a PD of regions by heartbeats. They share one stream, so that heartbeats arrive in the order in
// which they were told.

import { PDDefinition, RegionHeartbeatRequest, RegionHeartbeatResponse } from '@syncline/proto/pdpb.ts';
import { type Connection, connect, type RawClientStream } from '@syncline/rpc/connect.ts';
import type { LaidRegion } from '../region-layout.ts';

const bootstrapRegionId = 2n;
/** The Raft term of all leaders, of which the PD's rules ask that it does not go back. */
const term = 6n;

/** The stores of a layout, connected to the leader of a PD cluster. */
export class RegionStores implements Disposable {
  readonly #connection: Connection;
  readonly #stream: RawClientStream;
  readonly #header: { readonly clusterId: bigint };
  #fault: string | undefined;

  /** Joins the cluster at `address`, which is bootstrapped if it is new; `count` stores, numbered from 1. */
  static async join(address: string, count: number): Promise<RegionStores> {
    const connection = connect(address, { security: { kind: 'plaintext' } });
    try {
      const pd = connection.client(PDDefinition);
      const clusterId = (await pd.getMembers({})).header?.clusterId ?? 0n;
      const header = { clusterId };
      if (!(await pd.isBootstrapped({ header })).bootstrapped) {
        const peers = [{ id: bootstrapRegionId + 1n, storeId: 1n }];
        const region = { id: bootstrapRegionId, regionEpoch: { confVer: 1n, version: 1n }, peers };
        await pd.bootstrap({ header, store: storeOf(1), region });
      }
      for (let id = 1; id <= count; id++) await pd.putStore({ header, store: storeOf(id) });
      return new RegionStores(connection, clusterId);
    } catch (error) {
      connection[Symbol.dispose]();
      throw error;
    }
  }

  private constructor(connection: Connection, clusterId: bigint) {
    this.#connection = connection;
    this.#header = { clusterId };
    this.#stream = connection.raw(`/${PDDefinition.fullName}/${PDDefinition.methods.regionHeartbeat.name}`);
    this.#stream.onMessage((message) => {
      const { header } = RegionHeartbeatResponse.decode(message);
      if (header?.error !== undefined) this.#fault ??= header.error.message;
    });
    this.#stream.onEnd(({ code, details }) => {
      this.#fault ??= `the stream has ended with ${code} ${details}`;
    });
  }

  /** Sends a heartbeat for each. They have left, and nothing says yet that they have arrived. */
  tell(regions: Iterable<LaidRegion>): void {
    for (const { region, leader, flow } of regions) {
      this.#stream.write(
        RegionHeartbeatRequest.encode(
          RegionHeartbeatRequest.fromPartial({ header: this.#header, region, leader, ...flow, term }),
        ).finish(),
      );
    }
  }

  /** Throws when the PD has refused a heartbeat, or ended the stream. */
  check(): void {
    if (this.#fault !== undefined) throw new Error(`heartbeats: ${this.#fault}`);
  }

  [Symbol.dispose](): void {
    this.#connection[Symbol.dispose]();
  }
}

function storeOf(id: number) {
  return { id: BigInt(id), address: `store-${id}:20160`, version: '9.0.0-alpha.1' };
}
