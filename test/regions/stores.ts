// The stores of a cluster as a leader sees them: regions side by side over the whole key space, whose heartbeats the
// test says. Region n of `count` has the n-th part; in every round each of its heartbeats is news.

import { PDDefinition, RegionHeartbeatRequest } from '@syncline/proto/pdpb.ts';
import type { RawClientStream, StreamEnd } from '@syncline/rpc/connect.ts';
import type { MemberUnderTest } from './member-under-test.ts';

/** Which regions there are. */
export interface Layout {
  readonly count: number;
  /** Length of the keys; long ones make a snapshot or a log long with few regions. */
  readonly keyBytes?: number;
}

/** What is not as it was laid out, of one heartbeat. */
export interface Change {
  /** Another traffic and another leader in each. */
  readonly round?: number;
  readonly version?: bigint;
  /** It reaches to the end of this region, having merged with those between. */
  readonly through?: number;
}

const storeIds = [1n, 2n, 3n];

/** Region n's id. */
export function idOf(n: number): bigint {
  return 1_000n + 10n * BigInt(n);
}

/** The regions `from` to `to`, the last one not among them. */
export function span(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, at) => from + at);
}

export class Stores implements Disposable {
  readonly layout: Layout;
  /** How the stream of heartbeats ended. */
  readonly ended: Promise<StreamEnd>;
  readonly #leader: MemberUnderTest;
  readonly #clusterId: bigint;
  readonly #stream: RawClientStream;
  readonly #before: bigint;
  #sent = 0n;

  /**
   * Bootstraps the cluster of a leader that leads, unless it is, and opens a stream of heartbeats. With `door` all of it is
   * sent to that follower, for the leader.
   */
  static async join(leader: MemberUnderTest, layout: Layout, door?: MemberUnderTest): Promise<Stores> {
    const { clusterId } = await leader.ready();
    const { connection } = door ?? leader;
    const options = door === undefined ? {} : { metadata: leader.named };
    const pd = connection.client(PDDefinition);
    const header = { clusterId };
    const { bootstrapped } = await pd.isBootstrapped({ header }, options);
    if (!bootstrapped) {
      const region = { id: 1n, regionEpoch: { confVer: 1n, version: 1n }, peers: [{ id: 2n, storeId: 1n }] };
      await pd.bootstrap({ header, store: storeOf(1n), region }, options);
      for (const id of storeIds) await pd.putStore({ header, store: storeOf(id) }, options);
    }
    const { ledger } = await leader.status();
    const stream = connection.raw('/pdpb.PD/RegionHeartbeat', options);
    return new Stores(leader, stream, clusterId, layout, ledger?.received ?? 0n);
  }

  /** Joins, and tells of every region. Resolves when the leader has them all. */
  static async fill(leader: MemberUnderTest, layout: Layout, door?: MemberUnderTest): Promise<Stores> {
    const stores = await Stores.join(leader, layout, door);
    stores.tellAll();
    await stores.settled();
    return stores;
  }

  private constructor(
    leader: MemberUnderTest,
    stream: RawClientStream,
    clusterId: bigint,
    layout: Layout,
    before: bigint,
  ) {
    this.layout = layout;
    this.#leader = leader;
    this.#clusterId = clusterId;
    this.#before = before;
    this.#stream = stream;
    this.ended = new Promise((resolve) => stream.onEnd(resolve));
    this.#stream.onMessage(() => {});
  }

  /** Sends a heartbeat of each; the stream holds what the leader does not read. */
  tell(regions: Iterable<number>, change: Change = {}): void {
    for (const n of regions) {
      this.#stream.write(this.#heartbeat(n, change));
      this.#sent += 1n;
    }
  }

  /** Sends a heartbeat of every region as it is laid out. */
  tellAll(round = 0): void {
    this.tell(span(0, this.layout.count), { round });
  }

  /** Waits until all that was told is on the leader's disk. */
  async settled(deadlineMs?: number): Promise<void> {
    await this.#leader.becomes(
      'every heartbeat being durable',
      ({ ledger, nextIndex, durableIndex }) =>
        ledger?.received === this.#before + this.#sent && ledger.pending === 0n && nextIndex === durableIndex,
      deadlineMs,
    );
  }

  [Symbol.dispose](): void {
    this.#stream.cancel();
  }

  #heartbeat(n: number, { round = 0, version = 2n, through = n }: Change): Uint8Array {
    const id = idOf(n);
    const peers = storeIds.map((storeId, at) => ({ id: id + 1n + BigInt(at), storeId }));
    return RegionHeartbeatRequest.encode(
      RegionHeartbeatRequest.fromPartial({
        header: { clusterId: this.#clusterId },
        region: {
          id,
          startKey: this.#key(n),
          endKey: this.#key(through + 1),
          regionEpoch: { confVer: 1n, version },
          peers,
        },
        leader: peers[round % peers.length] ?? {},
        bytesWritten: BigInt(round) * 10_000n,
        interval: { startTimestamp: 0n, endTimestamp: 60n },
      }),
    ).finish();
  }

  /** The key between regions n-1 and n, nothing at both ends of the key space. */
  #key(n: number): Uint8Array {
    const { count, keyBytes = 64 } = this.layout;
    if (n === 0 || n === count) return new Uint8Array();
    return Buffer.from(`k${String(n).padStart(8, '0')}`.padEnd(keyBytes, '.'));
  }
}

function storeOf(id: bigint) {
  return { id, address: `127.0.0.1:${20_160 + Number(id)}`, version: '8.5.0' };
}
