// For the explorer: a disk that fails in every way. To open a database costs more than to explore with it, so all runs of a
// test file share one in memory, and each begins by emptying it.
// Invariant: calls take effect in their order, each at any moment.

import type { Simulation } from '@syncline/testkit/explorer.ts';
import { IpamStore } from '../../store/ipam-store.ts';
import type { Change, TreeRows } from '../../tree/rows.ts';
import { StoreRefusedError, StoreUnsureError, type TreeStore } from '../tree-store.ts';

const shared = new IpamStore({ file: ':memory:', diskBytes: 2 ** 30, busyTimeoutMs: 0 }, () => {});

/** full: refuses what would write. late: does it, but the answer comes too late. lost: neither does it nor answers in time. */
type Mood = 'works' | 'full' | 'late' | 'lost';
const moods: readonly Mood[] = ['full', 'late', 'lost'];

/** How long a call and its answer may take, each. */
const slowestMs = 20;
/** When, at the latest, something happens that is to happen at any moment. */
export const soonMs = 600;

export class SimulatedDisk {
  readonly #sim: Simulation;
  readonly #calls: { send(call: () => void): void; cut(): (() => void)[] };
  readonly #answers: { send(answer: () => void): void; cut(): (() => void)[] };
  /** Rejects the calls that are not answered. */
  readonly #open = new Set<(error: Error) => void>();
  #mood: Mood = 'works';

  constructor(sim: Simulation) {
    this.#sim = sim;
    this.#calls = sim.link('the store does', (call: () => void) => call(), slowestMs);
    this.#answers = sim.link('the store answers', (answer: () => void) => answer(), slowestMs);
    shared.apply(shared.branches().conduits.map(({ id }) => ({ kind: 'remove-conduit', id })));
  }

  /** The store, as a process sees it. */
  store(): TreeStore {
    return {
      load: () => this.#call(() => this.rows(), 'read'),
      apply: (changes: readonly Change[]) => this.#call(() => shared.apply(changes), 'write'),
      probe: () => this.#call(() => shared.probe(), 'write'),
    };
  }

  /** What is kept at this moment. */
  rows(): TreeRows {
    return { ...shared.branches(), leases: shared.leases(undefined, 1_000) };
  }

  /** The process dies: what it called is done or not, and not answered. */
  crash(): void {
    this.#calls.cut();
    this.#answers.cut();
    for (const open of this.#open) open(new Error('the process has died'));
    this.#open.clear();
  }

  /** From some moment on to another the disk fails, in one way or another. */
  breakFor(): void {
    this.#sim.schedule(
      'the disk fails',
      () => {
        this.#mood = moods[this.#sim.choose(moods.length)] ?? 'full';
        this.#sim.schedule('the disk works', () => this.mend(), soonMs);
      },
      soonMs,
    );
  }

  /** It works from now on. */
  mend(): void {
    this.#mood = 'works';
  }

  #call<Value>(perform: () => Value, kind: 'read' | 'write'): Promise<Value> {
    const { promise, resolve, reject } = Promise.withResolvers<Value>();
    this.#open.add(reject);
    const answer = (settle: () => void) =>
      this.#answers.send(() => {
        this.#open.delete(reject);
        settle();
      });
    this.#calls.send(() => {
      const mood = this.#mood;
      if (mood === 'works' || (mood === 'full' && kind === 'read')) {
        const value = perform();
        return answer(() => resolve(value));
      }
      if (mood === 'late') perform();
      const error = mood === 'full' ? new StoreRefusedError('the disk is full') : new StoreUnsureError(mood);
      answer(() => reject(error));
    });
    return promise;
  }
}
