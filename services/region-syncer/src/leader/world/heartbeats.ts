// A store that tells of regions.

import { RegionHeartbeatRequest, RegionHeartbeatResponse } from '@syncline/proto/pdpb.ts';
import type { Connection, StreamEnd } from '@syncline/rpc/connect.ts';
import { until } from '@syncline/testkit/wait.ts';
import { clusterId } from './leader-world.ts';

/** What a test says of a region; the rest is plain. */
export interface Said {
  readonly id: number;
  readonly start?: string;
  readonly end?: string;
  readonly version?: number;
  readonly confVer?: number;
  readonly term?: number;
  readonly written?: number;
  readonly leader?: number;
  readonly store?: number;
  readonly down?: readonly number[];
  readonly bucketVersion?: number;
  readonly traceparent?: string;
}

/** A heartbeat as its message. */
export function heartbeatOf(said: Said, asked: bigint = clusterId): Uint8Array {
  const {
    id,
    start = '',
    end = '',
    version = 1,
    confVer = 1,
    term = 0,
    written = 0,
    leader = id,
    store = 1,
  } = said;
  const peer = (peerId: number) => ({ id: BigInt(peerId), storeId: BigInt(store) });
  return RegionHeartbeatRequest.encode(
    RegionHeartbeatRequest.fromPartial({
      header: { clusterId: asked },
      region: {
        id: BigInt(id),
        startKey: Buffer.from(start),
        endKey: Buffer.from(end),
        regionEpoch: { confVer: BigInt(confVer), version: BigInt(version) },
        peers: [peer(id), peer(id + 1_000)],
      },
      leader: peer(leader),
      downPeers: (said.down ?? []).map((down) => ({ peer: peer(down), downSeconds: 5n })),
      bytesWritten: BigInt(written),
      term: BigInt(term),
      bucketMeta: said.bucketVersion === undefined ? undefined : { version: BigInt(said.bucketVersion) },
      traceparent: said.traceparent ?? '',
    }),
  ).finish();
}

/** Regions 1 to `count`, side by side, of version 2. */
export function sideBySide(count: number, written = 0): Said[] {
  const key = (at: number) => (at === 0 || at === count ? '' : String(at).padStart(5, '0'));
  return Array.from({ length: count }, (_, at) => ({
    id: at + 1,
    start: key(at),
    end: key(at + 1),
    version: 2,
    written,
  }));
}

export class HeartbeatStore {
  readonly answers: RegionHeartbeatResponse[] = [];
  ended: StreamEnd | undefined;
  readonly stream: ReturnType<Connection['raw']>;

  constructor(connection: Connection) {
    this.stream = connection.raw('/pdpb.PD/RegionHeartbeat');
    this.stream.onMessage((message) => this.answers.push(RegionHeartbeatResponse.decode(message)));
    this.stream.onEnd((end) => {
      this.ended = end;
    });
  }

  tell(...said: readonly Said[]): void {
    for (const each of said) this.stream.write(heartbeatOf(each));
  }

  /** How the stream ends. */
  async end(): Promise<StreamEnd> {
    await until(() => this.ended, { deadlineMs: 5_000, describe: 'the stream ends', everyMs: 1 });
    if (this.ended === undefined) throw new Error('until() has seen the end');
    return this.ended;
  }

  /** What was answered, once there are so many answers. */
  async answered(count: number): Promise<string[]> {
    await until(() => this.answers.length >= count, {
      deadlineMs: 5_000,
      describe: `${count} answers come`,
      everyMs: 1,
    });
    return this.answers.map(({ header }) => header?.error?.message ?? '');
  }
}
