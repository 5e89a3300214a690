// For the explorer: the disk of a replica. To open a database costs more than to explore with it, so all runs of a test
// file share one, and each begins by emptying it.
// Invariants: calls take effect in their order, each at any moment; what a process finds was written in its own run.

import { inspect } from 'node:util';
import { StoreFaultError } from '@syncline/sqlite/store-fault.ts';
import { StoreDeadlineError, StoreLostError } from '@syncline/sqlite/store-thread.ts';
import type { Simulation } from '@syncline/testkit/explorer.ts';
import type { RegionStoreThread } from '../../store/open-region-store.ts';
import { RegionStore } from '../../store/region-store.ts';
import { identity } from '../../store/store.fixture.ts';
import { StoreFile } from '../../store/store-file.ts';
import type { RegionStoreOptions } from '../../store/store-options.ts';

/** Bytes of a piece; two regions fill one. */
export const pieceBytes = 150;

const options: RegionStoreOptions = {
  file: ':memory:',
  synchronous: 'NORMAL',
  walPages: 200,
  diskBytes: 2 ** 30,
  segmentRecords: 4,
  chunk: { records: 3, bytes: 200 },
  pieceBytes,
  busyTimeoutMs: 0,
};
const file = new StoreFile(options, () => {});
const shared = new RegionStore(options, () => {}, file);
shared.identify(identity);

function empty(): void {
  shared.abandonGeneration();
  file.write('empty', ({ history, log }) => {
    log.bury(log.spans.length);
    history.replace({ source: { kind: 'none' }, generation: undefined, maxTerm: 0 }, [], 0);
    history.forceSnapshot(false);
  });
  while (shared.sweep());
}

/** full: refuses what would write. late: does it, but the answer comes too late. lost: neither does it nor answers in time. */
type Mood = 'works' | 'full' | 'late' | 'lost';
const moods: readonly Mood[] = ['full', 'late', 'lost'];
const spared: readonly Method[] = [
  'boot',
  'state',
  'readGeneration',
  'readLog',
  'abandonGeneration',
  'isSnapshotForced',
];

type Method = Exclude<keyof RegionStore, symbol>;

interface Call {
  readonly method: Method;
  readonly args: readonly unknown[];
  readonly answer: PromiseWithResolvers<unknown>;
  /** How a trace shows it. */
  [inspect.custom](): string;
}

/** What is told of a call. */
type Told = () => void;

export class SimulatedDisk {
  readonly #sim: Simulation;
  readonly #calls: { send(call: Call): void; cut(): Call[] };
  readonly #answers: { send(told: Told): void; cut(): Told[] };
  readonly #open: Set<PromiseWithResolvers<unknown>> = new Set();
  #processes = 0;
  #mood: Mood = 'works';
  #failsAppendsOnly = false;

  constructor(sim: Simulation) {
    this.#sim = sim;
    this.#calls = sim.link('the store does', (call: Call) => this.#perform(call));
    this.#answers = sim.link('the store answers', (told: Told) => told());
    empty();
  }

  /** The store, as the process sees it that lives until the next crash(). */
  thread(): Pick<RegionStoreThread, 'call'> {
    const process = this.#processes;
    const call = (method: Method, ...args: readonly unknown[]): Promise<unknown> => {
      if (process !== this.#processes) return Promise.reject(new StoreLostError('the process has died'));
      const answer = Promise.withResolvers<unknown>();
      this.#open.add(answer);
      this.#calls.send({ method, args: structuredClone(args), answer, [inspect.custom]: () => method });
      return answer.promise;
    };
    return { call: call as RegionStoreThread['call'] };
  }

  /** The process dies: what it called is done or not, and not answered. */
  crash(): void {
    this.#processes++;
    this.#calls.cut();
    this.#answers.cut();
    for (const answer of this.#open) answer.reject(new StoreLostError('the process has died'));
    this.#open.clear();
    shared.abandonGeneration();
  }

  /** From some moment on to another the disk fails, in one way or another, for all that writes or for the log. */
  breakFor(): void {
    this.#sim.schedule('the disk fails', () => {
      this.#mood = moods[this.#sim.choose(moods.length)] ?? 'full';
      this.#failsAppendsOnly = this.#sim.choose(2) === 1;
      this.#sim.schedule('the disk works', () => {
        this.#mood = 'works';
      });
    });
  }

  #perform({ method, args, answer }: Call): void {
    const isSpared = spared.includes(method) || (this.#failsAppendsOnly && method !== 'append');
    const mood = isSpared ? 'works' : this.#mood;
    const settle = (told: Told) =>
      this.#answers.send(() => {
        this.#open.delete(answer);
        told();
      });
    try {
      if (mood === 'full' || (mood !== 'works' && isSnapshotFlip(args)))
        throw new StoreFaultError(method, 'disk-full', 'SQLITE_FULL', 'the disk is full');
      const perform = shared[method] as (...args: readonly unknown[]) => unknown;
      const value = mood === 'lost' ? undefined : structuredClone(perform.apply(shared, args as unknown[]));
      if (mood !== 'works') throw new StoreDeadlineError(method, 1);
      settle(() => answer.resolve(value));
    } catch (error) {
      settle(() => answer.reject(error));
    }
  }
}

/** Whether such a flip took effect only a restart can tell: that is the crash. */
function isSnapshotFlip(args: readonly unknown[]): boolean {
  const [flip] = args;
  return typeof flip === 'object' && flip !== null && 'kind' in flip && flip.kind === 'snapshot';
}
