// Our leader, told of a layout's regions by stores whose every heartbeat is accounted for.

import { inspect } from 'node:util';
import type { CaseContext } from '../context.ts';
import { defaultLayout, type LaidRegion, type RegionLayout } from '../region-layout.ts';
import { ChangingRegions, type RegionChange } from './changing-regions.ts';
import { type Held, RegionMember } from './member.ts';
import { RegionStores } from './stores.ts';

export interface RegionLeaderSettings {
  readonly layout?: Partial<RegionLayout>;
  /** Of the region syncer, without SYNCLINE_REGION_SYNCER_. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A leader with stores. What they tell is on its disk when a command resolves. */
export class RegionLeader {
  readonly member: RegionMember;
  readonly clusterId: bigint;
  readonly #context: CaseContext;
  readonly #layout: RegionLayout;
  readonly #regions: ChangingRegions;
  #stores: RegionStores;
  /** Heartbeats and bootstraps that this process of the leader was sent. */
  #sent: bigint;

  /** Starts a leader that has all regions of the layout when this resolves. */
  static async start(context: CaseContext, of: RegionLeaderSettings = {}): Promise<RegionLeader> {
    const layout = { ...defaultLayout, ...of.layout };
    const member = await RegionMember.start(context, { ROLE: 'leader', ...of.settings });
    const { clusterId } = await member.becomes('the leader leading', ({ ready }) => ready);
    const stores = context.own(await RegionStores.join(member.address, layout.stores));
    const leader = new RegionLeader(context, member, clusterId, layout, stores);
    await leader.#tell(leader.#regions.all);
    return leader;
  }

  private constructor(
    context: CaseContext,
    member: RegionMember,
    clusterId: bigint,
    layout: RegionLayout,
    stores: RegionStores,
  ) {
    this.#context = context;
    this.member = member;
    this.clusterId = clusterId;
    this.#layout = layout;
    this.#regions = new ChangingRegions(layout);
    this.#stores = stores;
    this.#sent = 1n;
  }

  get address(): string {
    return this.member.address;
  }

  /** What it holds. Rejects when that is not what it was told. */
  async held(): Promise<Held> {
    const held = await this.member.held();
    const told = this.#regions.digest();
    if (held.digest === told) return held;
    throw new Error(`the leader was told of regions with digest ${told}, and has ${inspect(held)}`);
  }

  async change(count: number, kind: RegionChange): Promise<void> {
    await this.#tell(this.#regions.change(count, kind));
  }

  /** Starts it on its data after a kill, in the middle of nothing; the stores join again and tell of nothing. */
  async crash(): Promise<void> {
    this.#stores[Symbol.dispose]();
    await this.member.end('SIGKILL');
    await this.member.startAgain();
    await this.member.becomes('the leader leading again', ({ ready }) => ready);
    this.#stores = this.#context.own(await RegionStores.join(this.address, this.#layout.stores));
    this.#sent = 0n;
  }

  async #tell(regions: readonly LaidRegion[]): Promise<void> {
    this.#stores.tell(regions);
    this.#sent += BigInt(regions.length);
    const { ledger } = await this.member.becomes(
      `the leader having ${this.#sent} heartbeats on disk`,
      ({ ledger, durableIndex, nextIndex }) => {
        this.#stores.check();
        return ledger?.received === this.#sent && durableIndex === nextIndex;
      },
    );
    if (ledger?.applied !== this.#sent)
      throw new Error(`of ${this.#sent} heartbeats the leader applied ${ledger?.applied ?? 0n}`);
  }
}
