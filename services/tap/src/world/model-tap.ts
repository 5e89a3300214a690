// For the explored worlds: a tap, ours, with neighbours that are models, and what an application asked of it.

import { Liveness } from '@syncline/runtime/liveness.ts';
import { StopSignal } from '@syncline/runtime/stop-signal.ts';
import type { Simulation } from '@syncline/testkit/explorer.ts';
import { fullName, type StreamName, streamKey } from '@syncline/trench/stream-name.ts';
import { Ambassador } from '../ambassador/ambassador.ts';
import type { LoopNotes } from '../loop/note.ts';
import type { Ports } from '../ports.ts';
import { StatusBoard, type StreamRow } from '../stream/status-board.ts';
import type { ConduitTimings } from '../timings.ts';
import type { ModelNsp } from './model-nsp.ts';
import type { ModelProxy } from './model-proxy.ts';
import { wrongWaits } from './wait-graph.ts';

/** Meridio's times where it has them. */
export const timings: ConduitTimings = {
  requestMs: 15_000,
  retry: { initialMs: 200, maxMs: 5_000 },
  recoverMs: 2_000,
  closeMs: 15_000,
  closeCallMs: 5_000,
  emptyGraceMs: 2_000,
  healMs: 3_000,
  renewMs: 60_000,
  renewJitter: 0.1,
  firstListMs: 15_000,
  watchdogMs: 5_000,
  stream: {
    attemptMs: 15_000,
    retry: { initialMs: 200, maxMs: 5_000 },
    fullRetry: { leastMs: 200, mostMs: 2_000 },
    refreshMs: 30_000,
    refreshJitter: 0.1,
    unregisterMs: 15_000,
    unregisterCallMs: 5_000,
    unregisterOnDown: false,
  },
};

/** An attempt finds at its end, at the latest, that the NSP stored otherwise than asked. */
const longestUnlistedMs = 15_000 + 1;
/** A refresh that is as late as its jitter allows, and an attempt that takes its whole time. */
const longestUnrefreshedMs = 30_000 * 1.1 + 15_000 + 1;

export function stream(name: string, conduit = 'edge'): StreamName {
  return { trench: 'demo', conduit, stream: name };
}

/** One process with the tap in it. */
export class ModelTap implements AsyncDisposable {
  /** Of the target: two processes that have one are one target. */
  readonly name: string;
  readonly process: string;
  /** What tells it from others of its name; '' for the first. */
  readonly twin: string;
  /** Which addresses it gets. */
  readonly nth: number;
  readonly board: StatusBoard;
  /** Targets that it did not manage to unregister, and connections that it did not manage to close. */
  readonly left: string[] = [];
  /** Another process has its name: what that one writes is found by the next refresh. */
  isShared = false;
  /** Lists published, ever. */
  published = 0;
  readonly #sim: Simulation;
  readonly #ambassador: Ambassador;
  readonly #liveness: Liveness;
  readonly #stop = new StopSignal();
  readonly #desired = new Map<string, StreamName>();
  readonly #nsp: ModelNsp;
  readonly #proxy: ModelProxy;

  constructor(sim: Simulation, nth: number, nsp: ModelNsp, proxy: ModelProxy, settings = timings, twin = '') {
    const { clock, rng } = sim;
    this.#sim = sim;
    this.#nsp = nsp;
    this.#proxy = proxy;
    this.nth = nth;
    this.name = `tap-${nth}`;
    this.twin = twin;
    this.process = `${this.name}${twin}`;
    this.board = new StatusBoard(clock);
    this.#liveness = new Liveness(clock);
    const ports: Ports = {
      registry: nsp.registryFor(this.process),
      configuration: nsp.configurationFor(),
      proxy: proxy.portFor(this.name, nth, this.process),
    };
    this.#ambassador = new Ambassador({
      trench: {
        timings: settings,
        board: this.board,
        notes: this.#notes(),
        clock,
        rng,
        liveness: this.#liveness,
        stop: this.#stop,
      },
      limits: { streams: 1_000, conduits: 100 },
      openNeighbours: () => ({ ...ports, [Symbol.dispose]: () => undefined }),
    });
    this.#watch(sim.signal).catch((error: unknown) => {
      if (!sim.signal.aborted) throw error;
    });
  }

  get desired(): readonly StreamName[] {
    return [...this.#desired.values()];
  }

  get rows(): readonly StreamRow[] {
    return this.board.rows.value;
  }

  /** Nothing is left, as far as the tap knows. */
  get isOver(): boolean {
    return this.#ambassador.trench === undefined;
  }

  /** Loops that are under the watchdog. */
  get loops(): number {
    return this.#liveness.phases().length;
  }

  get conduits(): ReturnType<Ambassador['dump']> {
    return this.#ambassador.dump();
  }

  open(name: StreamName): void {
    this.#sim.note(`${this.process} opens ${fullName(name)}`);
    this.#desired.set(streamKey(name), name);
    this.#ambassador.open(name);
    this.#checkRows();
  }

  close(name: StreamName): void {
    this.#sim.note(`${this.process} closes ${fullName(name)}`);
    this.#desired.delete(streamKey(name));
    this.#ambassador.close(name);
    this.#checkRows();
  }

  /** True when all was given back before `signal` aborted. */
  async drain(signal: AbortSignal): Promise<boolean> {
    this.#desired.clear();
    return await this.#ambassador.drain(signal);
  }

  /** Ends it as SIGKILL would. Another one with the same name and addresses may be started. */
  kill(): void {
    this.#sim.note(`${this.process} is killed`);
    this.#nsp.cut(this.process);
    this.#proxy.cut(this.process);
    // The explorer fails the run if this rejects; the loops end at once.
    void this[Symbol.asyncDispose]();
  }

  /**
   * What must hold at every moment: the rows are those that are wanted (I7), no loop waits for another, and a stream is
   * OPEN only while its link is up and its present addresses were written lately (I8).
   */
  check(): void {
    if (this.#stop.failure !== undefined) throw this.#stop.failure;
    this.#checkRows();
    const wrong = wrongWaits(this.#liveness.phases());
    if (wrong.length > 0) throw new Error(wrong.join('; '));
    const open = this.rows.filter(({ status }) => status === 'open');
    const conduits = open.length === 0 ? [] : this.conduits;
    for (const row of open) {
      const conduit = conduits.find(({ name }) => name.conduit === row.stream.conduit);
      this.#checkOpen(row.stream, conduit?.link, conduit?.localIps ?? []);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#ambassador[Symbol.asyncDispose]();
  }

  /** I7: from the turn in which it is asked for on. */
  #checkRows(): void {
    const shown = this.rows.map((row) => streamKey(row.stream));
    if (shown.length !== this.#desired.size || !shown.every((key) => this.#desired.has(key)))
      throw new Error(`shown: ${shown.join(' ')}; wanted: ${[...this.#desired.keys()].join(' ')}`);
  }

  #checkOpen(name: StreamName, link: string | undefined, ips: readonly string[]): void {
    const nowMs = this.#sim.clock.monotonic();
    const ageMs = nowMs - (this.#nsp.writtenMs(name, ips) ?? Number.NEGATIVE_INFINITY);
    if (link !== 'up' || ageMs > longestUnrefreshedMs)
      throw new Error(`${fullName(name)} is OPEN, ${link}, written at ${ips.join()} ${ageMs} ms ago`);
    const entry = this.#nsp.of(name).find((target) => target.ips.join() === ips.join());
    const longestMs = this.isShared ? longestUnrefreshedMs : longestUnlistedMs;
    if (entry?.status === 'disabled' && nowMs - entry.writtenMs > longestMs)
      throw new Error(`${fullName(name)} is OPEN, and DISABLED for ${nowMs - entry.writtenMs} ms`);
  }

  async #watch(signal: AbortSignal): Promise<void> {
    for await (const rows of this.board.rows.values(signal)) {
      this.published += 1;
      const shown = rows.map((row) => `${row.stream.stream} ${row.status} ${row.reason}`);
      this.#sim.note(`${this.process} shows ${shown.join(', ')}`);
    }
  }

  #notes(): LoopNotes {
    return {
      stream: (name, note) => {
        if (note.kind === 'left-behind') this.left.push(`${streamKey(name)} ${note.ips.join(';')}`);
      },
      conduit: (name, note) => {
        if (note.kind === 'close-given-up') this.left.push(name.conduit);
      },
    };
  }
}
