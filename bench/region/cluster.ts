// Ours: stores, a leader and followers, each a process of its own, which ends with its scope.

import { type Ledger, Phase, type RegionStatus } from '@syncline/proto/region.ts';
import { Child } from '../child/child.ts';
import { LossError } from '../loss-error.ts';
import { monotonicMs } from '../workload/stamp.ts';
import { differenceOf } from './difference.ts';
import { Member } from './member.ts';
import type { Change, Sent, StoresOptions, StoresOrder, StoresReport } from './store/orders.ts';

const patienceMs = 60_000;

export class Cluster implements AsyncDisposable {
  readonly leader: Member;
  readonly followers: Member[] = [];
  readonly signal: AbortSignal;
  /** Heartbeats that the leader was sent by the stores, and by a probe. */
  #told = 0;
  #probed = 0;
  #named = 0;
  readonly regions: number;
  readonly #stores: Child<StoresOrder, StoresReport>;
  readonly #stack: AsyncDisposableStack;

  private constructor(
    leader: Member,
    stores: Child<StoresOrder, StoresReport>,
    regions: number,
    stack: AsyncDisposableStack,
    signal: AbortSignal,
  ) {
    this.leader = leader;
    this.signal = signal;
    this.#stores = stores;
    this.regions = regions;
    this.#stack = stack;
  }

  /** Starts a leader, and stores with `regions` regions that have joined it and told of none. */
  static async start(regions: number, signal: AbortSignal): Promise<Cluster> {
    await using stack = new AsyncDisposableStack();
    const leader = stack.use(await Member.start({ role: 'leader' }));
    const options: StoresOptions = { address: leader.address, regions };
    const stores = stack.use(new Child<StoresOrder, StoresReport>('region/stores', options));
    await stores.report('joined', signal);
    return new Cluster(leader, stores, regions, stack.move(), signal);
  }

  /** The same with all regions durable at the leader, and `followers` that have them. */
  static async loaded(
    regions: number,
    signal: AbortSignal,
    followers: { readonly count: number; readonly timed: boolean } = { count: 0, timed: false },
  ): Promise<Cluster> {
    const cluster = await Cluster.start(regions, signal);
    try {
      await cluster.load();
      await Promise.all(Array.from({ length: followers.count }, () => cluster.follow(followers.timed)));
      await cluster.settle();
      return cluster;
    } catch (error) {
      await cluster[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** The stores tell of all regions; how long it took until they were durable, in seconds. */
  async load(): Promise<number> {
    const began = monotonicMs();
    this.#stores.order({ kind: 'report' });
    await this.#sent();
    return ((await this.#durable()) - began) / 1_000;
  }

  /** Changes `count` regions; they are durable at the leader when this resolves. */
  async change(count: number, change: Change): Promise<void> {
    this.#stores.order({ kind: 'change', count, change });
    await this.#sent();
    await this.#durable();
  }

  /** Stamps regions at a rate a second; resolves when all are sent. */
  pace(rate: number, seconds: number): Promise<Sent> {
    this.#stores.order({ kind: 'pace', rate, seconds, change: 'stamp' });
    const sent = this.#sent();
    sent.catch(() => {}); // of a measurement that has failed elsewhere nobody asks for it
    return sent;
  }

  /** Ends a pace that was begun with Infinity seconds. */
  halt(): void {
    this.#stores.order({ kind: 'halt' });
  }

  /** The leader was sent as many heartbeats by somebody else than the stores. */
  noteProbed(heartbeats: number): void {
    this.#probed += heartbeats;
  }

  /** Starts a follower, which serves when this resolves. */
  async follow(timed = false): Promise<Member> {
    const name = `follower-${++this.#named}`;
    const follower = Member.start({ role: 'follower', name, leader: this.leader.address, timed });
    const member = this.#stack.use(await follower);
    this.followers.push(member);
    return member;
  }

  /** Waits until a follower looks for its leader; it has read its disk then. */
  async connecting(follower: Member): Promise<void> {
    await follower.becomes({
      describe: 'looking for its leader',
      deadlineMs: patienceMs,
      accept: ({ phase }) => phase === Phase.CONNECTING || phase === Phase.BACKING_OFF,
    });
  }

  /** Waits until a follower answers reads and all that it has is durable; when it did. */
  ready(follower: Member): Promise<number> {
    return follower.becomes({ describe: 'being ready', deadlineMs: patienceMs, accept: isReady });
  }

  /** Waits until a follower answers reads and lacks fewer than `records`, under load; when it did. */
  level(follower: Member, records: number): Promise<number> {
    return follower.becomes({
      describe: `being ready and less than ${records} records behind`,
      deadlineMs: patienceMs,
      accept: ({ ready, link }) => ready && link !== undefined && link.lagRecords < BigInt(records),
    });
  }

  /**
   * Waits until the leader has all that was sent and every follower what the leader has, and compares them. Throws
   * LossError when a digest differs, or when the leader's ledger does not account for all.
   */
  async settle(): Promise<void> {
    await this.#durable();
    const { ledger } = await this.leader.status();
    const problem = problemOf(ledger, this.#told + this.#probed);
    if (problem !== undefined) throw new LossError(problem);
    await this.equal();
  }

  /** Waits until every follower has what the leader has, and compares them. Throws LossError when a digest differs. */
  async equal(): Promise<void> {
    const { nextIndex } = await this.leader.status();
    await Promise.all(
      this.followers.map((follower) =>
        follower.becomes({
          describe: `having everything up to ${nextIndex}`,
          deadlineMs: patienceMs,
          accept: (status) => isReady(status) && status.nextIndex === nextIndex,
        }),
      ),
    );
    const difference = await differenceOf(this.leader, this.followers, this.regions);
    if (difference !== undefined) throw new LossError(difference);
  }

  async #sent(): Promise<Sent> {
    const { sent } = await this.#stores.report('sent', this.signal);
    this.#told = sent.heartbeats;
    return sent;
  }

  /** Waits until the leader has all that was sent, on disk. */
  #durable(): Promise<number> {
    const all = this.#told + this.#probed;
    return this.leader.becomes({
      describe: `having ${all} heartbeats, durable`,
      deadlineMs: patienceMs,
      accept: ({ ledger, durableIndex, nextIndex }) =>
        ledger !== undefined && Number(ledger.received) > all && durableIndex === nextIndex,
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync();
  }
}

function isReady({ ready, durableIndex, nextIndex }: RegionStatus): boolean {
  return ready && durableIndex === nextIndex;
}

/** What the ledger does not account for; the bootstrap's region counts without a heartbeat. */
function problemOf(ledger: Ledger | undefined, heartbeats: number): string | undefined {
  if (ledger === undefined) return 'the leader has no ledger';
  const { received, applied, superseded, stale, quarantined, pending, dropped } = ledger;
  if (received === BigInt(heartbeats + 1) && received === applied + superseded + pending && dropped === 0n)
    return undefined;
  return (
    `of ${heartbeats} heartbeats and a bootstrap the leader received ${received}: ${applied} applied, ` +
    `${superseded} superseded, ${stale} stale, ${quarantined} quarantined, ${pending} pending, ${dropped} dropped`
  );
}
