// What becomes of a packet.

import type { Flow } from '../flow/flow.ts';
import type { Picked } from '../stream/stream-table.ts';

export type Outcome =
  | ({ readonly kind: 'forwarded'; readonly flow: Flow } & Picked)
  /** No flow of the conduit matches. */
  | { readonly kind: 'no flow' }
  /** A flow matches, and its stream has no target, or is not configured. */
  | { readonly kind: 'no target'; readonly flow: Flow };
