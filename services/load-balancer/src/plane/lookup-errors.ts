// Why a lookup has no outcome.

import type { ConduitName } from '@syncline/trench/stream-name.ts';

/** The NSP has not told yet what there is. */
export class NotFilledError extends Error {
  override name = 'NotFilledError';

  constructor() {
    super('the NSP has not told yet which conduits, streams, flows and targets there are');
  }
}

/** There is no such conduit. */
export class UnknownConduitError extends Error {
  override name = 'UnknownConduitError';

  constructor({ trench, conduit }: ConduitName) {
    super(`conduit "${conduit}" of trench "${trench}": the NSP knows no such conduit`);
  }
}
