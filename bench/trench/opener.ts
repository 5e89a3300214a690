// Whoever opens streams and closes them again: a tap, or bare calls.

import type { StreamName } from '@syncline/trench/stream-name.ts';
import { BareOpener } from './bare-opener.ts';
import type { Contender } from './contender.ts';
import { TapOpener } from './tap-opener.ts';
import type { Trench } from './trench.ts';

export interface Opener extends AsyncDisposable {
  /** Opens streams, all at once; how long each took until it was open, in ms. */
  open(streams: readonly StreamName[]): Promise<readonly number[]>;
  /** Closes all that are open; resolves when nothing is left of them. */
  close(): Promise<void>;
  /** Rejects with a LossError unless all that were opened are open still. */
  check(): Promise<void>;
}

/** Starts one in the trench. */
export async function openerOf({ name }: Contender, trench: Trench): Promise<Opener> {
  return name === 'ours' ? await TapOpener.start(trench) : new BareOpener(trench);
}
