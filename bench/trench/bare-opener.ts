// The floor of an Open: the calls that it needs of NSP and proxy, in their order and at once where they may be, by a
// client that does nothing else. It has a channel to each for as long as streams are open, as a tap has.

import type { StreamName } from '@syncline/trench/stream-name.ts';
import { monotonicMs } from '../workload/stamp.ts';
import { BareConduit } from './bare-conduit.ts';
import type { Opener } from './opener.ts';
import type { Trench } from './trench.ts';

export class BareOpener implements Opener {
  readonly #trench: Trench;
  #conduit: BareConduit | undefined;

  constructor(trench: Trench) {
    this.#trench = trench;
  }

  async open(streams: readonly StreamName[]): Promise<readonly number[]> {
    const began = monotonicMs();
    const conduit = new BareConduit(this.#trench);
    this.#conduit = conduit;
    await conduit.connect();
    return await Promise.all(
      streams.map(async (stream) => {
        await conduit.register(stream);
        return monotonicMs() - began;
      }),
    );
  }

  async close(): Promise<void> {
    await this.#conduit?.close();
    this.#leave();
  }

  async check(): Promise<void> {
    await this.#conduit?.settled();
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#leave();
    return Promise.resolve();
  }

  #leave(): void {
    this.#conduit?.[Symbol.dispose]();
    this.#conduit = undefined;
  }
}
