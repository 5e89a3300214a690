// A region syncer process, leader or follower, with clients for what it serves. It may be killed and started again.

import { type GetRegionResponse, PDDefinition, type Region } from '@syncline/proto/pdpb.ts';
import {
  type DigestResponse,
  type Phase,
  RegionServiceDefinition,
  type RegionStatus,
} from '@syncline/proto/region.ts';
import { type Connection, connect } from '@syncline/rpc/connect.ts';
import { type Service, startService } from '@syncline/testkit/service.ts';
import type { Exit } from '@syncline/testkit/service-process.ts';
import { until } from '@syncline/testkit/wait.ts';
import { Metadata } from 'nice-grpc-common';
import { envOf, type Settings } from './settings.ts';

/** Who asks a follower says so, as PD's clients do. */
const ofFollower = Metadata({ 'pd-allow-follower-handle': 'true' });
const evenStale = Metadata({ 'pd-allow-follower-handle': 'true', 'syncline-allow-stale': 'true' });

export class MemberUnderTest implements AsyncDisposable {
  readonly #settings: Settings;
  #service: Service;
  #connection: Connection;

  static leader(settings: Settings = {}, dataDir?: string): Promise<MemberUnderTest> {
    return MemberUnderTest.#start(settings, dataDir);
  }

  /** One that follows what is at `address`, `host:port`. */
  static follower(address: string, settings: Settings = {}, dataDir?: string): Promise<MemberUnderTest> {
    return MemberUnderTest.#start({ role: 'follower', leader: address, ...settings }, dataDir);
  }

  static async #start(settings: Settings, dataDir: string | undefined): Promise<MemberUnderTest> {
    const service = await startService({
      service: 'region-syncer',
      env: envOf(settings),
      ...(dataDir !== undefined && { dataDir }),
    });
    return new MemberUnderTest(service, settings);
  }

  private constructor(service: Service, settings: Settings) {
    this.#service = service;
    this.#connection = connected(service);
    this.#settings = settings;
  }

  /** The process that runs now. */
  get service(): Service {
    return this.#service;
  }

  get connection(): Connection {
    return this.#connection;
  }

  get address(): string {
    return this.#service.address;
  }

  get exited(): Promise<Exit> {
    return this.#service.exited;
  }

  /** Starts it again on its data and its port, with other settings on top of its own; one that runs is stopped first. */
  async restart(changes: Settings = {}): Promise<void> {
    this.#connection[Symbol.dispose]();
    this.#service = await this.#service.restart({ env: envOf({ ...this.#settings, ...changes }) });
    this.#connection = connected(this.#service);
  }

  /** kill -9, and that it is gone. */
  async kill(): Promise<void> {
    this.#service.kill('SIGKILL');
    await this.#service.exited;
  }

  async status(): Promise<RegionStatus> {
    const { status } = await this.#connection.client(RegionServiceDefinition).status({});
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
    return this.#connection.client(RegionServiceDefinition).digest({});
  }

  /** Asks a follower to take all regions anew. */
  async reset(): Promise<void> {
    await this.#connection.client(RegionServiceDefinition).resetFollower({ reason: 'a test' });
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

  async [Symbol.asyncDispose](): Promise<void> {
    this.#connection[Symbol.dispose]();
    await this.#service[Symbol.asyncDispose]();
  }

  get #pd() {
    return this.#connection.client(PDDefinition);
  }

  async #everything() {
    const { clusterId } = await this.status();
    return { header: { clusterId }, limit: 0 };
  }
}

function connected(service: Service): Connection {
  return connect(service.address, { security: { kind: 'plaintext' }, maxReceiveBytes: 64 << 20 });
}
