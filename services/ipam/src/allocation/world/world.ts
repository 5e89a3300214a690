// For the explorer: a process with an allocator, which dies at any moment and finds again what it had, and its clients.

import { sleep } from '@syncline/runtime/clock.ts';
import type { LoopWatch } from '@syncline/runtime/liveness.ts';
import type { Simulation } from '@syncline/testkit/explorer.ts';
import { printAddress } from '@syncline/trench/address.ts';
import type { ConduitName } from '@syncline/trench/stream-name.ts';
import type { ChildName } from '../../tree/child-name.ts';
import { tinyLayouts } from '../../tree/layout.fixture.ts';
import { EndedError, ExhaustedError, LimitError, NoConduitError } from '../allocation-error.ts';
import { Allocator } from '../allocator.ts';
import type { AllocatorSettings } from '../allocator-parts.ts';
import { ConduitList, type ConduitSource } from '../conduit-list.ts';
import { StoreRefusedError, StoreUnsureError } from '../tree-store.ts';
import { SimulatedDisk, soonMs } from './disk.ts';
import { Ledger } from './ledger.ts';
import { shownRows, shownTree } from './shown.ts';

/** Bounds so small that every one of them is met. */
const settings: AllocatorSettings = {
  layouts: tinyLayouts,
  families: ['ipv4', 'ipv6'],
  releaseDelayMs: 100,
  staleMs: 1_000,
  keptNames: new Set(['bridge']),
  collectEveryMs: 400,
  maxPrefixes: 24,
  maxPending: 3,
  batch: 3,
  commitDeadlineMs: 1_000,
  retry: { initialMs: 10, maxMs: 50 },
};
const pauses = [0, 30, 110, 450, 1_500];
/** More than fit. */
const conduits: readonly ConduitName[] = ['c', 'd', 'e'].map((conduit) => ({ trench: 't', conduit }));
const allowed = [EndedError, ExhaustedError, LimitError, NoConduitError, StoreRefusedError, StoreUnsureError];

const unwatched: LoopWatch = { phase: () => {}, idle: () => {}, [Symbol.dispose]: () => {} };

export class World {
  readonly sim: Simulation;
  readonly disk: SimulatedDisk;
  readonly #source: ConduitSource;
  readonly #ledger = new Ledger(settings);
  #listed: readonly ConduitName[] = conduits;
  #allocator: Allocator | undefined;
  #broken: Error | undefined;
  #death = new AbortController();

  constructor(sim: Simulation, source: ConduitSource) {
    this.sim = sim;
    this.disk = new SimulatedDisk(sim);
    this.#source = source;
    sim.invariant('the loop goes on', () => {
      if (this.#broken !== undefined) throw this.#broken;
    });
    sim.invariant('no two leases have one address', () => {
      const addresses = shownTree(this.#allocator?.holdings.tree).map((line) => line.split(' ')[0]);
      return new Set(addresses).size === addresses.length;
    });
  }

  /** A process begins. */
  async begin(): Promise<void> {
    const { clock, rng, signal } = this.sim;
    const death = new AbortController();
    this.#death = death;
    const list = new ConduitList(this.#source, { maxWaiting: 2, waitMs: 200, stop: signal }, clock);
    const parts = {
      store: this.disk.store(),
      list,
      settings,
      clock,
      rng,
      unplaced: () => {},
      diskTurned: () => {},
    };
    const allocator = await this.#open(parts, death.signal);
    if (allocator === undefined || death.signal.aborted) return;
    this.#allocator = allocator;
    const end = AbortSignal.any([signal, death.signal]);
    allocator.run(unwatched, end).catch((error: Error) => {
      if (!end.aborted) this.#broken = error;
    });
    if (this.#source === 'nsp')
      void this.soon('the NSP is heard', () => this.#allocator?.configure(this.#listed));
  }

  /** The process dies at this moment, and another begins. */
  async restart(): Promise<void> {
    this.#allocator = undefined;
    this.#death.abort(new Error('the process has died'));
    this.disk.crash();
    await this.begin();
  }

  /** Something happens at any moment soon; resolves when it is over. */
  soon(label: string, event: () => void | Promise<void>): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.sim.schedule(
      label,
      async () => {
        await event();
        resolve();
      },
      soonMs,
    );
    return promise;
  }

  /** A client asks for addresses and releases them, with pauses. */
  async client(steps: number): Promise<void> {
    const { sim } = this;
    for (; steps > 0; steps--) {
      const child = this.#someChild();
      if (sim.choose(3) < 2) await this.#allocate(child);
      else await this.#release(child);
      await sleep(sim.clock, pauses[sim.choose(pauses.length)] ?? 0, sim.signal);
    }
  }

  /** The NSP lists some of the conduits. */
  relist(): void {
    this.#listed = conduits.filter(() => this.sim.choose(3) > 0);
    this.#ledger.lists(conduits, this.#listed, this.sim.clock.monotonic());
    this.#allocator?.configure(this.#listed);
  }

  /** Once all is quiet, the disk has what memory has, and only what is kept for ever stays. */
  async expectWhole(): Promise<void> {
    const { clock, signal } = this.sim;
    await sleep(clock, 4_000, signal);
    const rows = shownRows(this.disk.rows());
    expectSame(shownTree(this.#allocator?.holdings.tree), rows);
    const stale = rows.filter((row) => !row.includes(' bridge'));
    if (stale.length > 0) throw new Error(`not taken back: ${stale.join('; ')}`);
  }

  async #open(
    parts: Parameters<typeof Allocator.open>[0],
    death: AbortSignal,
  ): Promise<Allocator | undefined> {
    while (!death.aborted) {
      try {
        return await this.#unlessDead(Allocator.open(parts), death);
      } catch (error) {
        if (!(error instanceof StoreUnsureError || error instanceof StoreRefusedError)) throw error;
        await sleep(parts.clock, 10, this.sim.signal);
      }
    }
    return undefined;
  }

  async #allocate(child: ChildName): Promise<void> {
    const { clock } = this.sim;
    const askedMs = clock.monotonic();
    const given = new AbortController();
    const timer = clock.setTimer(this.sim.choose(2) * 150 + 50, () => given.abort(new EndedError()));
    const address = await this.#asked((allocator) => allocator.allocate(child, given.signal));
    timer.clear();
    if (address === undefined) return;
    this.#ledger.told(child, printAddress(address.address), askedMs, clock.monotonic());
  }

  async #release(child: ChildName): Promise<void> {
    this.#ledger.releases(child, this.sim.clock.monotonic());
    await this.#asked((allocator) => allocator.release(child));
  }

  /** What the process answers that lives now; undefined when it refuses, as it may, or dies. */
  async #asked<Answer>(ask: (allocator: Allocator) => Promise<Answer>): Promise<Answer | undefined> {
    const death = this.#death.signal;
    if (this.#allocator === undefined) return undefined;
    try {
      return await this.#unlessDead(ask(this.#allocator), death);
    } catch (error) {
      if (!allowed.some((type) => error instanceof type)) throw error;
      return undefined;
    }
  }

  async #unlessDead<Value>(work: Promise<Value>, death: AbortSignal): Promise<Value | undefined> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const give = () => resolve(undefined);
    death.addEventListener('abort', give, { once: true });
    const value = await Promise.race([work, promise]);
    return death.aborted ? undefined : value;
  }

  #someChild(): ChildName {
    const { sim } = this;
    return {
      family: sim.choose(2) === 0 ? 'ipv4' : 'ipv6',
      trench: 't',
      conduit: conduits[sim.choose(conduits.length)]?.conduit ?? '',
      node: ['n', 'm', 'o'][sim.choose(3)] ?? '',
      name: ['a', 'b', 'bridge'][sim.choose(3)] ?? '',
    };
  }
}

function expectSame(found: readonly string[], expected: readonly string[]): void {
  if (found.join('\n') !== expected.join('\n'))
    throw new Error(`memory has\n${found.join('\n')}\nand the disk\n${expected.join('\n')}`);
}
