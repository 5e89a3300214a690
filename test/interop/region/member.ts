// One of our region syncers, and what it shows of its regions.

import { inspect, isDeepStrictEqual } from 'node:util';
import { PDDefinition } from '@syncline/proto/pdpb.ts';
import { RegionServiceDefinition, type RegionStatus } from '@syncline/proto/region.ts';
import { type Connection, connect } from '@syncline/rpc/connect.ts';
import type { Service } from '@syncline/testkit/service.ts';
import { until } from '@syncline/testkit/wait.ts';
import { Metadata } from 'nice-grpc-common';
import type { CaseContext, ServiceSettings } from '../context.ts';
import { digestOf } from '../region-digest.ts';

/**
 * A PD of 2024 says how far it is every 10 s, and one that was just started has been seen to say nothing at all: then our
 * follower's silence limit of 30 s has to pass, and another join.
 */
const becomesMs = 75_000;

/** What can be read from a member. */
export interface Held {
  readonly digest: string;
  readonly regions: number;
  /** Of the next record, as the leader numbers them. */
  readonly index: number;
}

/** A running region syncer of either role; its address outlives restarts. */
export class RegionMember {
  readonly #context: CaseContext;
  #service: Service;
  #connection: Connection;

  /** Starts one, with `env` besides its settings; it serves when this resolves. */
  static async start(
    context: CaseContext,
    settings: Readonly<Record<string, string>>,
    env: Readonly<Record<string, string>> = {},
  ): Promise<RegionMember> {
    return new RegionMember(
      context,
      await context.startRegionSyncer({ env: { ...env, ...variables(settings) } }),
    );
  }

  private constructor(context: CaseContext, service: Service) {
    this.#context = context;
    this.#service = service;
    this.#connection = this.#connect();
  }

  /** host:port */
  get address(): string {
    return this.#service.address;
  }

  async status(): Promise<RegionStatus> {
    const { status } = await this.#connection.client(RegionServiceDefinition).status({});
    if (status === undefined) throw new Error('Status answered without a status');
    return status;
  }

  /** Waits until the status is as wanted, and gives it. */
  becomes(describe: string, accept: (status: RegionStatus) => boolean): Promise<RegionStatus> {
    return until(() => this.status(), { deadlineMs: becomesMs, everyMs: 50, describe, accept });
  }

  /** Reads all regions as PD's clients do. Rejects when the member refers them to the leader. */
  async held(): Promise<Held> {
    const { clusterId } = await this.status();
    const metadata = Metadata({ 'pd-allow-follower-handle': 'true' });
    const pd = this.#connection.client(PDDefinition);
    const { header, regions } = await pd.scanRegions({ header: { clusterId } }, { metadata });
    if (header?.error !== undefined) throw new Error(`ScanRegions: ${header.error.message}`);
    const { nextIndex } = await this.status();
    return { digest: digestOf(regions), regions: regions.length, index: Number(nextIndex) };
  }

  /** Waits until reads are answered from it, with exactly what is wanted. */
  async shows(wanted: Held): Promise<void> {
    await until(() => this.held(), {
      deadlineMs: becomesMs,
      everyMs: 100,
      describe: `the region syncer holding ${inspect(wanted)}`,
      accept: (held) => isDeepStrictEqual(held, wanted),
    });
  }

  /** Ends it with SIGTERM, or as a crash does with SIGKILL. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    this.#connection[Symbol.dispose]();
    this.#service.kill(signal);
    await this.#service.exited;
  }

  /** Starts it on its data, after its end. */
  async startAgain(): Promise<void> {
    this.#service = await this.#context.restart('region-syncer', this.#service);
    this.#connection = this.#connect();
  }

  #connect(): Connection {
    const security = { kind: 'plaintext' } as const;
    return this.#context.own(connect(this.#service.address, { security, maxReceiveBytes: -1 }));
  }
}

/** Settings by their names in docs/region-syncer.md, without what all of them begin with. */
function variables(settings: Readonly<Record<string, string>>): NonNullable<ServiceSettings['env']> {
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [`SYNCLINE_REGION_SYNCER_${name}`, value]),
  );
}
