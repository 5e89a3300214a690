// A region syncer process, leader or follower, with clients for what it serves.

import { type GetRegionResponse, PDDefinition, type Region } from '@syncline/proto/pdpb.ts';
import {
  type DigestResponse,
  type Phase,
  RegionServiceDefinition,
  type RegionStatus,
} from '@syncline/proto/region.ts';
import { startService } from '@syncline/testkit/service.ts';
import type { Exit, Settings } from '@syncline/testkit/service-process.ts';
import { ServiceUnderTest } from '@syncline/testkit/service-under-test.ts';
import { until } from '@syncline/testkit/wait.ts';
import { Metadata } from 'nice-grpc-common';

/** Who asks a follower says so, as PD's clients do. */
const ofFollower = Metadata({ 'pd-allow-follower-handle': 'true' });
const evenStale = Metadata({ 'pd-allow-follower-handle': 'true', 'syncline-allow-stale': 'true' });

/** What every member has unless told otherwise: waits that are minutes for an operator are a second here. */
const quick: Settings = {
  keepalive: '200ms',
  stall: '1s',
  silence: '1s',
  retry: '20ms',
  retryMax: '200ms',
  connectDeadline: '2s',
  storeRetry: '20ms',
  storeRetryMax: '100ms',
};

export class MemberUnderTest extends ServiceUnderTest {
  static leader(settings: Settings = {}, dataDir?: string): Promise<MemberUnderTest> {
    return MemberUnderTest.#start(settings, dataDir);
  }

  /** One that follows what is at `address`, `host:port`. */
  static follower(address: string, settings: Settings = {}, dataDir?: string): Promise<MemberUnderTest> {
    return MemberUnderTest.#start({ role: 'follower', leader: address, ...settings }, dataDir);
  }

  static async #start(own: Settings, dataDir: string | undefined): Promise<MemberUnderTest> {
    const settings = { ...quick, ...own };
    const service = await startService({ service: 'region-syncer', settings, dataDir });
    return new MemberUnderTest(service, settings, { maxReceiveBytes: 64 << 20 });
  }

  get address(): string {
    return this.service.address;
  }

  /** By which another member is asked to pass a call on to this one. */
  get named(): Metadata {
    return Metadata({ 'pd-forwarded-host': `http://${this.address}` });
  }

  get exited(): Promise<Exit> {
    return this.service.exited;
  }

  async status(): Promise<RegionStatus> {
    const { status } = await this.connection.client(RegionServiceDefinition).status({});
    if (status === undefined) throw new Error('Status answered without a status');
    return status;
  }

  /** Waits until the status is as wanted, and gives it. */
  becomes(
    describe: string,
    accept: (status: RegionStatus) => boolean,
    deadlineMs = 15_000,
  ): Promise<RegionStatus> {
    return until(() => this.status(), { deadlineMs, everyMs: 10, describe, accept });
  }

  /** Waits until it answers reads. */
  ready(deadlineMs?: number): Promise<RegionStatus> {
    return this.becomes('being ready', ({ ready }) => ready, deadlineMs);
  }

  /** Waits until it does this; a phase that is short may be missed. */
  reaches(phase: Phase, deadlineMs?: number): Promise<RegionStatus> {
    return this.becomes(`being in phase ${phase}`, (status) => status.phase === phase, deadlineMs);
  }

  digest(): Promise<DigestResponse> {
    return this.connection.client(RegionServiceDefinition).digest({});
  }

  /** Asks a follower to take all regions anew. */
  async reset(): Promise<void> {
    await this.connection.client(RegionServiceDefinition).resetFollower({ reason: 'a test' });
  }

  /** All regions in the order of their keys, as PD's clients read them; of a follower that is not ready none. */
  async regions(): Promise<Region[]> {
    return (await this.#pd.scanRegions(await this.#everything(), { metadata: ofFollower })).regions;
  }

  /** All regions of the last complete copy, ready or not. */
  async staleRegions(): Promise<Region[]> {
    return (await this.#pd.scanRegions(await this.#everything(), { metadata: evenStale })).regions;
  }

  async region(id: bigint): Promise<GetRegionResponse> {
    const { clusterId } = await this.status();
    return this.#pd.getRegionByID({ header: { clusterId }, regionId: id }, { metadata: ofFollower });
  }

  get #pd() {
    return this.connection.client(PDDefinition);
  }

  async #everything() {
    const { clusterId } = await this.status();
    return { header: { clusterId }, limit: 0 };
  }
}
