// What the application asks of the tap, as a list of desired streams. Open and Close change it in one turn and return: the
// loops below follow in their own time, and nobody waits for them but the end of the process.
// Invariants: at most one trench is in use; what was asked last of a stream is what holds.

import { aborted } from '@syncline/runtime/stop-signal.ts';
import type { StreamName } from '@syncline/trench/stream-name.ts';
import type { ConduitDump } from '../conduit/conduit-dump.ts';
import { type Desired, DesiredStreams } from './desired-streams.ts';
import { AnotherTrenchError, StoppingError } from './errors.ts';
import { type Neighbours, Trench, type TrenchLimits, type TrenchParts } from './trench.ts';

/** What an ambassador works with. */
export interface AmbassadorParts {
  readonly trench: TrenchParts;
  readonly limits: TrenchLimits;
  /** Opens the lines to the neighbours of a trench; they connect when they are first used. */
  openNeighbours(trench: string): Neighbours;
}

/** Serves one application. */
export class Ambassador implements AsyncDisposable {
  readonly #parts: AmbassadorParts;
  readonly #desired = new DesiredStreams();
  /** Trenches of which nothing is left, whose loops end; none of these rejects. */
  readonly #ending = new Set<Promise<void>>();
  readonly #drained = new AbortController();
  #trench: Trench | undefined;
  #isStopping = false;

  constructor(parts: AmbassadorParts) {
    this.#parts = parts;
  }

  /** The streams that are asked for. */
  get desired(): Desired {
    return this.#desired.value;
  }

  /** The trench in use, be it that its streams only give back what they held; undefined when any may be opened. */
  get trench(): string | undefined {
    return this.#trench?.name;
  }

  dump(): readonly ConduitDump[] {
    return this.#trench?.dump() ?? [];
  }

  /**
   * The stream is to be open; once more changes nothing. Throws AnotherTrenchError, LimitError and StoppingError, and
   * then nothing has changed.
   */
  open(stream: StreamName): void {
    if (this.#isStopping) throw new StoppingError();
    if (this.#trench !== undefined && this.#trench.name !== stream.trench)
      throw new AnotherTrenchError(this.#trench.name);
    this.#trench ??= this.#enter(stream.trench);
    this.#trench.want(stream);
    this.#desired.add(stream);
  }

  /** The stream is to be closed; one that is not open changes nothing. */
  close(stream: StreamName): void {
    if (this.#desired.delete(stream)) this.#trench?.unwant(stream);
  }

  /**
   * Takes no Open any more, and gives back all that is held: every target is unregistered and every connection closed,
   * each within its own budget. False when `budget` aborts before that is done. What is desired stays so, for a process
   * that restores it.
   */
  async drain(budget: AbortSignal): Promise<boolean> {
    this.#isStopping = true;
    if (this.#trench === undefined) return true;
    this.#trench.unwantAll();
    await aborted(AbortSignal.any([this.#drained.signal, budget]));
    return this.#drained.signal.aborted;
  }

  /** Ends all loops as they are. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopping = true;
    await Promise.all([this.#trench?.[Symbol.asyncDispose](), ...this.#ending]);
  }

  #enter(name: string): Trench {
    const { trench: parts, limits } = this.#parts;
    const neighbours = this.#parts.openNeighbours(name);
    const entered = new Trench(name, { neighbours, parts, limits, onOver: () => this.#leave(entered) });
    return entered;
  }

  /** Nothing is left of the trench: another may be opened from now on. */
  #leave(trench: Trench): void {
    this.#trench = undefined;
    const ended = trench[Symbol.asyncDispose]().finally(() => this.#ending.delete(ended));
    this.#ending.add(ended);
    if (this.#isStopping) this.#drained.abort();
  }
}
