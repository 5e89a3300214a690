// The conduits of an NSP's list, by name. One that names no trench cannot be meant by anybody, and takes nothing from
// the others.

import type { Logger } from '@syncline/telemetry/logger.ts';
import type { ConduitName } from '@syncline/trench/stream-name.ts';
import type { ConduitMessage } from '@syncline/trench/wire-name.ts';

/** Reads lists, and logs how many conduits of the newest are not used when that is another number than before. */
export class ConduitRows {
  readonly #logger: Logger;
  #unused = 0;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Those with a trench, in their order. */
  namesOf(conduits: readonly ConduitMessage[]): readonly ConduitName[] {
    const names = conduits.flatMap(({ name, trench }) =>
      trench === undefined ? [] : [{ trench: trench.name, conduit: name }],
    );
    const unused = conduits.length - names.length;
    if (unused > 0 && unused !== this.#unused)
      this.#logger.warn({ conduits: unused }, 'conduits of the NSP without a trench are not used');
    this.#unused = unused;
    return names;
  }
}
