// The link as it is handed down to the streams.

import type { LinkView } from '../stream/stream-view.ts';
import type { Link } from './link.ts';

/** A frozen view of the link. `lastError` is why the last attempt to connect failed. */
export function viewOf(
  { kind, detail, snapshot }: Pick<Link, 'kind' | 'detail' | 'snapshot'>,
  lastError: string | undefined,
): LinkView {
  switch (kind) {
    case 'none':
      return Object.freeze({
        state: 'connecting',
        detail: lastError ?? 'the conduit is not connected yet',
        snapshot,
      });
    case 'up':
      return Object.freeze({ state: 'up', detail, snapshot });
    case 'down':
    case 'lost':
      return Object.freeze({
        state: 'down',
        detail: lastError === undefined ? detail : `${detail}, then: ${lastError}`,
        snapshot,
      });
    case 'closing':
      return Object.freeze({
        state: 'closing',
        detail: 'the former connection is being closed',
        snapshot,
      });
  }
}
