// A client of SyncRegions that writes down what it is sent, as one of ours or as a PD.

import { SyncRegionRequest } from '@syncline/proto/pdpb.ts';
import { ByteWriter } from '@syncline/protobuf/byte-writer.ts';
import type { Connection, StreamEnd } from '@syncline/rpc/connect.ts';
import { until } from '@syncline/testkit/wait.ts';
import { type Frame, readFrame } from '../../wire/frame.ts';
import { RegionFields, readBlock } from '../../wire/region-fields.ts';
import { encodeSyncRequest } from '../../wire/sync-request.ts';
import { clusterId } from './leader-world.ts';

/** A frame, and the ids of its regions. */
export interface SeenFrame extends Frame {
  readonly ids: readonly number[];
}

export interface PeerOptions {
  readonly name: string;
  readonly startIndex: number;
  readonly as: 'ours' | 'pd';
  readonly takesDeltas?: boolean;
  /** The highest that it has seen. */
  readonly term?: number;
  readonly clusterId?: bigint;
  readonly clientUrls?: readonly string[];
}

const fields = new RegionFields();

export class SyncPeer {
  readonly frames: SeenFrame[] = [];
  ended: StreamEnd | undefined;
  readonly stream: ReturnType<Connection['raw']>;

  /** Asks as a follower of ours or a PD does, or with these messages. */
  constructor(connection: Connection, asks: PeerOptions | readonly Uint8Array[]) {
    this.stream = connection.raw('/pdpb.PD/SyncRegions');
    this.stream.onMessage((message) => {
      const frame = readFrame(message, { blocks: 10_000, bytes: 1 << 24 }, new ByteWriter(1 << 12));
      this.frames.push({ ...frame, ids: idsOf(frame.run.bytes) });
    });
    this.stream.onEnd((end) => {
      this.ended = end;
    });
    for (const message of 'name' in asks ? [requestOf(asks)] : asks) this.stream.write(message);
  }

  /** The regions that were sent, by id, in the order of their coming. */
  get ids(): number[] {
    return this.frames.flatMap(({ ids }) => ids);
  }

  /** The first frames, once there are so many. */
  async first(count: number): Promise<SeenFrame[]> {
    await until(() => this.frames.length >= count, {
      deadlineMs: 5_000,
      describe: `${count} frames come`,
      everyMs: 1,
    });
    return this.frames.slice(0, count);
  }

  /** How the stream ends. */
  async end(): Promise<StreamEnd> {
    await until(() => this.ended, { deadlineMs: 5_000, describe: 'the stream ends', everyMs: 1 });
    if (this.ended === undefined) throw new Error('until() has seen the end');
    return this.ended;
  }
}

/** The request of such a follower. */
export function requestOf({
  name,
  startIndex,
  as,
  takesDeltas = true,
  term = 0,
  clusterId: asked = clusterId,
  clientUrls = ['http://127.0.0.1:2'],
}: PeerOptions): Uint8Array {
  const member = { name, memberId: 5n, clientUrls: [...clientUrls] };
  const request = { header: { clusterId: asked }, member, startIndex: BigInt(startIndex) };
  if (as === 'pd') return SyncRegionRequest.encode(SyncRegionRequest.fromPartial(request)).finish();
  const { member: whole } = SyncRegionRequest.fromPartial({ member });
  if (whole === undefined) throw new Error('a member is given');
  return encodeSyncRequest({ clusterId: asked, member: whole, startIndex, takesDeltas, term });
}

function idsOf(run: Uint8Array): number[] {
  const ids: number[] = [];
  for (let at = 0; at < run.length; ) {
    at = readBlock(run, at, run.length, fields);
    ids.push(fields.idLo);
  }
  return ids;
}
