// For the explorer: what a core has said of a sync's epochs, and that it may say it.

import type { FromCore } from '../protocol.ts';

export class Said {
  /** The newest epochs whose tree the core has read as a whole, and committed; 0 for none. */
  sealed = 0;
  synced = 0;

  /** Throws when a tree was committed that is not the newest whole one: it broke off, or is superseded. */
  note(message: FromCore): void {
    if (message.kind === 'sealed') this.sealed = message.epoch;
    if (message.kind !== 'synced') return;
    this.synced = message.epoch;
    if (this.synced !== this.sealed)
      throw new Error(`epoch ${this.synced} was committed, the newest whole tree is of ${this.sealed}`);
  }
}
