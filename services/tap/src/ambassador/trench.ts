// The trench in use: its neighbours and its conduits, from the first Open until nothing is left of the last conduit. A
// conduit that is closed stays until it has given back what it held, and goes on if it is wanted again before.

import { type ConduitName, conduitKey, type StreamName } from '@syncline/trench/stream-name.ts';
import { Conduit } from '../conduit/conduit.ts';
import type { ConduitDump } from '../conduit/conduit-dump.ts';
import type { ConduitParts } from '../conduit/conduit-parts.ts';
import type { Ports } from '../ports.ts';
import { LimitError } from './errors.ts';

/** The neighbours of a trench; disposing closes the lines to them. */
export type Neighbours = Ports & Disposable;

/** What the conduits of any trench work with. */
export type TrenchParts = Omit<ConduitParts, 'ports'>;

/** How much may be in use, what is draining included; each 1 or more. */
export interface TrenchLimits {
  readonly streams: number;
  readonly conduits: number;
}

/** What a trench works with. */
export interface TrenchSetup {
  readonly neighbours: Neighbours;
  readonly parts: TrenchParts;
  readonly limits: TrenchLimits;
  /** Called in the turn in which nothing is left of the last conduit. */
  onOver(): void;
}

export class Trench implements AsyncDisposable {
  readonly name: string;
  readonly #setup: TrenchSetup;
  readonly #parts: ConduitParts;
  readonly #conduits = new Map<string, Conduit>();
  /** Conduits of which nothing is left, whose loops end; none of these rejects. */
  readonly #ending = new Set<Promise<void>>();

  constructor(name: string, setup: TrenchSetup) {
    this.name = name;
    this.#setup = setup;
    this.#parts = { ...setup.parts, ports: setup.neighbours };
  }

  /** In the order in which they were first wanted. */
  dump(): readonly ConduitDump[] {
    return Array.from(this.#conduits.values(), (conduit) => conduit.dump());
  }

  /** The stream is wanted; once more changes nothing. Throws LimitError, and has changed nothing then. */
  want(stream: StreamName): void {
    const conduit = this.#conduits.get(conduitKey(stream));
    const { streams, conduits } = this.#setup.limits;
    if (this.#streams >= streams && conduit?.has(stream.stream) !== true)
      throw new LimitError('streams', streams);
    if (this.#conduits.size >= conduits && conduit === undefined) throw new LimitError('conduits', conduits);
    (conduit ?? this.#open(stream)).want(stream.stream);
  }

  /** The stream is not wanted; one that is not here changes nothing. */
  unwant(stream: StreamName): void {
    this.#conduits.get(conduitKey(stream))?.unwant(stream.stream);
  }

  /** No stream is wanted any more. */
  unwantAll(): void {
    for (const conduit of this.#conduits.values()) conduit.unwantAll();
  }

  /** Ends all loops as they are, and then the lines to the neighbours. */
  async [Symbol.asyncDispose](): Promise<void> {
    const conduits = Array.from(this.#conduits.values(), (conduit) => conduit[Symbol.asyncDispose]());
    await Promise.all([...conduits, ...this.#ending]);
    this.#setup.neighbours[Symbol.dispose]();
  }

  get #streams(): number {
    return [...this.#conduits.values()].reduce((sum, { streams }) => sum + streams, 0);
  }

  #open({ trench, conduit }: ConduitName): Conduit {
    const name = { trench, conduit };
    const opened = new Conduit(name, this.#parts, () => this.#over(opened));
    this.#conduits.set(conduitKey(name), opened);
    return opened;
  }

  #over(conduit: Conduit): void {
    this.#conduits.delete(conduitKey(conduit.name));
    const ended = conduit[Symbol.asyncDispose]().finally(() => this.#ending.delete(ended));
    this.#ending.add(ended);
    if (this.#conduits.size === 0) this.#setup.onOver();
  }
}
