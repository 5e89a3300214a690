// For the explorer: one who reads the log as it is committed, as a stream to a follower does.
// Invariant: it is given every record once, in order, as it was made, and none before it is durable; a digest is of what
// the records before its index led to.

import { type Chunk, endOf, splitChunk } from '../../log/chunk.ts';
import { Digest } from '../../regions/digest.ts';
import { RegionTree } from '../../regions/region-tree.ts';
import { put, smallLimits } from '../../regions/regions.fixture.ts';
import { blocks } from '../replica.fixture.ts';
import type { Replica } from '../replica.ts';
import type { History } from './history.ts';
import type { Life } from './processes.ts';

const limit = { records: 2, bytes: 150 };

export class Reader {
  readonly #replica: Replica;
  readonly #signal: AbortSignal;
  readonly #history: () => History;
  #position: number;
  #isReading = false;

  constructor({ replica, signal }: Life, history: () => History) {
    this.#replica = replica;
    this.#signal = signal;
    this.#history = history;
    this.#position = replica.durable;
    replica.onCommitted(() => void this.#read());
  }

  get position(): number {
    return this.#position;
  }

  async #read(): Promise<void> {
    if (this.#isReading) return;
    this.#isReading = true;
    try {
      while (await this.#readOnce());
    } catch (error) {
      if (!this.#signal.aborted) throw error;
    }
    this.#isReading = false;
  }

  /** False when nothing follows. */
  async #readOnce(): Promise<boolean> {
    const read = this.#replica.read(this.#position, limit);
    if (read === 'caught up') return false;
    const chunks = typeof read === 'string' ? await this.#replica.readLog(this.#position, limit) : [read];
    if (chunks === 'gone') {
      if (this.#replica.first <= this.#position)
        throw new Error(`${this.#position} is gone from ${this.#replica.first}`);
      this.#position = this.#replica.durable;
      return true;
    }
    for (const chunk of chunks)
      for (const one of splitChunk(chunk, { records: 1, bytes: 1 })) this.#take(one);
    return chunks.length > 0;
  }

  #take(one: Chunk): void {
    const expected = this.#history().after(this.#position);
    if (expected?.index !== one.first || expected.region === undefined)
      throw new Error(`${one.first} was read after ${this.#position}`);
    if (endOf(one) > this.#replica.durable) throw new Error(`${one.first} was read and is not durable`);
    if (blocks([expected.region])[0] !== Buffer.from(one.bytes).toString('hex'))
      throw new Error(`${one.first} was read as another record`);
    this.#position = endOf(one);
    if (one.digest !== undefined && !this.#digest().equals(Digest.decode(one.digest)))
      throw new Error(`the digest at ${this.#position} is of other regions`);
  }

  /** Of what all records before the position have led to. */
  #digest(): Digest {
    const tree = new RegionTree(smallLimits);
    for (const region of this.#history().at(this.#position)) put(tree, region, 0);
    return tree.digest;
  }
}
