// What becomes of a heartbeat: a record, or a count. It is judged by PD's rules, in PD's order and words.
// Invariants: a heartbeat changes everything it says or nothing, but for buckets that do not fit into the block of their
// region; received is the sum of what they have become.

import { ErrorType } from '@syncline/proto/pdpb.ts';
import { ByteWriter } from '@syncline/protobuf/byte-writer.ts';
import { WireError } from '@syncline/protobuf/wire-error.ts';
import { ServerError, Status } from 'nice-grpc-common';
import type { Cluster } from '../cluster/cluster.ts';
import type { ReportedBuckets } from '../cluster/reported-buckets.ts';
import { ArenaFullError } from '../regions/arena.ts';
import { absent } from '../regions/slots.ts';
import { halves, joined } from '../regions/uint64.ts';
import type { Replica } from '../replica/replica.ts';
import { Heartbeat, heartbeatProblem, readHeartbeat } from '../wire/heartbeat.ts';
import { appendHeartbeat } from '../wire/heartbeat-block.ts';
import { RegionFields, readBlock } from '../wire/region-fields.ts';
import type { AilingRegions } from './ailing-regions.ts';
import { NewestBuckets } from './newest-buckets.ts';
import type { RecordTraces } from './record-traces.ts';
import { RegionGuide } from './region-guide.ts';
import { staleText } from './stale-text.ts';

/** What an intake changes and asks. */
export interface IntakeParts {
  readonly replica: Pick<Replica, 'regions' | 'record'>;
  readonly cluster: Pick<Cluster, 'isBootstrapped' | 'store'>;
  readonly buckets: ReportedBuckets;
  readonly ailing: AilingRegions;
  /** Undefined when nothing is traced. */
  readonly traces: RecordTraces | undefined;
  readonly clusterId: bigint;
  readonly flowDigits: number;
  readonly blockBytes: number;
}

/** How many heartbeats came, and what they have become; see Ledger. */
export interface IntakeCounts {
  received: number;
  /** Are a record. */
  recorded: number;
  /** Said nothing new. */
  repeated: number;
  stale: number;
  quarantined: number;
}

/** What the store is told of a heartbeat that was not taken, or not whole. Its stream goes on unless the answer ends it. */
export interface HeartbeatAnswer {
  readonly type: ErrorType;
  readonly message: string;
  readonly ends: boolean;
}

export class Intake {
  readonly counts: IntakeCounts = { received: 0, recorded: 0, repeated: 0, stale: 0, quarantined: 0 };
  readonly #parts: IntakeParts;
  readonly #guide: RegionGuide;
  readonly #buckets: NewestBuckets;
  readonly #clusterLo: number;
  readonly #clusterHi: number;
  readonly #heartbeat = new Heartbeat();
  readonly #known = new RegionFields();
  readonly #fields = new RegionFields();
  readonly #block = new ByteWriter(4_096);

  constructor(parts: IntakeParts) {
    this.#parts = parts;
    this.#guide = new RegionGuide(parts.flowDigits);
    this.#buckets = new NewestBuckets(parts.buckets);
    [this.#clusterLo, this.#clusterHi] = halves(parts.clusterId);
  }

  /**
   * Takes the heartbeat `bytes` (without gRPC's five bytes). Undefined when it was, whole. Throws ServerError when the
   * stream cannot go on: malformed bytes, another cluster, a store that nobody knows, no room.
   */
  take(bytes: Uint8Array): HeartbeatAnswer | undefined {
    this.counts.received += 1;
    const heartbeat = this.#read(bytes);
    this.#check(heartbeat);
    if (!this.#parts.cluster.isBootstrapped)
      return this.#quarantine('cluster is not bootstrapped', ErrorType.NOT_BOOTSTRAPPED, true);
    this.#checkStore(heartbeat);
    const problem = heartbeatProblem(bytes, heartbeat);
    if (problem !== undefined) return this.#quarantine(`invalid request region, ${problem.message}`);
    const { regions } = this.#parts.replica;
    const { region, termLo, termHi } = heartbeat;
    if (regions.check(bytes, region, termLo, termHi) !== 'accepted') {
      this.counts.stale += 1;
      return refusal(staleText(region, regions));
    }
    return this.#isNews(bytes, heartbeat) ? this.#record(bytes, heartbeat) : this.#repeat(bytes, heartbeat);
  }

  /** Takes a region that no store has told of, as one block. Throws WireError, ArenaFullError. */
  admit(block: Uint8Array): void {
    readBlock(block, 0, block.length, this.#fields);
    this.#parts.replica.record(block, 0, block.length, this.#fields, 0, 0);
    this.counts.received += 1;
    this.counts.recorded += 1;
  }

  #read(bytes: Uint8Array): Heartbeat {
    try {
      readHeartbeat(bytes, this.#heartbeat);
      return this.#heartbeat;
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      throw this.#refuse(Status.INVALID_ARGUMENT, error.message);
    }
  }

  #check({ clusterIdLo, clusterIdHi }: Heartbeat): void {
    if (clusterIdLo === this.#clusterLo && clusterIdHi === this.#clusterHi) return;
    throw this.#refuse(
      Status.FAILED_PRECONDITION,
      `mismatch cluster id, need ${this.#parts.clusterId} but got ${joined(clusterIdLo, clusterIdHi)}`,
    );
  }

  #checkStore({ leaderStoreLo, leaderStoreHi }: Heartbeat): void {
    const id = joined(leaderStoreLo, leaderStoreHi);
    if (this.#parts.cluster.store(id) !== undefined) return;
    throw this.#refuse(Status.UNKNOWN, `invalid store ID ${id}, not found`);
  }

  /** Compares it with what is known of its region. Leaves its buckets chosen. */
  #isNews(bytes: Uint8Array, heartbeat: Heartbeat): boolean {
    const { regions } = this.#parts.replica;
    const { region } = heartbeat;
    const slot = regions.find(region.idLo, region.idHi);
    if (slot === absent) {
      this.#buckets.choose(heartbeat, undefined, undefined);
      return true;
    }
    const page = regions.bytes(slot);
    readBlock(page, regions.start(slot), regions.end(slot), this.#known);
    const hasNewBuckets = this.#buckets.choose(heartbeat, page, this.#known);
    return hasNewBuckets || this.#guide.isNews(bytes, heartbeat, page, this.#known);
  }

  #repeat(bytes: Uint8Array, heartbeat: Heartbeat): undefined {
    this.counts.repeated += 1;
    this.#parts.ailing.note(bytes, heartbeat);
  }

  #record(bytes: Uint8Array, heartbeat: Heartbeat): HeartbeatAnswer | undefined {
    const { replica, buckets, ailing, traces, blockBytes } = this.#parts;
    const block = this.#block;
    const brought = heartbeat.hasBucketMeta;
    const wanted = this.#write(bytes, heartbeat);
    while (block.length > blockBytes && this.#buckets.leaveOut(heartbeat)) this.#write(bytes, heartbeat);
    if (block.length > blockBytes)
      return this.#quarantine(`invalid request region, ${block.length} bytes are more than ${blockBytes}`);
    readBlock(block.bytes, 0, block.length, this.#fields);
    try {
      const { termLo, termHi } = heartbeat;
      const index = replica.record(block.bytes, 0, block.length, this.#fields, termLo, termHi);
      traces?.recorded(index, bytes, heartbeat);
    } catch (error) {
      if (!(error instanceof ArenaFullError)) throw error;
      throw this.#refuse(Status.RESOURCE_EXHAUSTED, error.message);
    }
    this.counts.recorded += 1;
    const { removed } = replica.regions;
    for (let i = 0; i < removed.length; i++) {
      ailing.forget(removed.lo(i), removed.hi(i));
      if (buckets.size > 0) buckets.forget(joined(removed.lo(i), removed.hi(i)));
    }
    ailing.note(bytes, heartbeat);
    this.#buckets.taken(heartbeat);
    if (heartbeat.hasBucketMeta === brought) return undefined;
    return refusal(`bucket_meta: is left out, ${wanted} bytes with it are more than ${blockBytes}`);
  }

  /** Makes the block, with the buckets that are chosen; its length. */
  #write(bytes: Uint8Array, heartbeat: Heartbeat): number {
    this.#block.clear();
    appendHeartbeat(bytes, heartbeat, this.#buckets.inherited, this.#block);
    return this.#block.length;
  }

  #quarantine(message: string, type: ErrorType = ErrorType.UNKNOWN, ends = false): HeartbeatAnswer {
    this.counts.quarantined += 1;
    return { type, message, ends };
  }

  #refuse(status: Status, message: string): ServerError {
    this.counts.quarantined += 1;
    return new ServerError(status, message);
  }
}

function refusal(message: string): HeartbeatAnswer {
  return { type: ErrorType.UNKNOWN, message, ends: false };
}
