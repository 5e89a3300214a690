// What the NSP says: whole lists, of which the newest of a kind counts.

import type { ConduitMessage } from '@syncline/trench/wire-name.ts';
import type { FlowRow } from '../flow/flow.ts';
import type { StreamRow } from '../stream/stream-row.ts';
import type { TargetRow } from '../stream/target.ts';

export const listKinds = ['conduits', 'streams', 'flows', 'targets'] as const;
export type ListKind = (typeof listKinds)[number];

/** One message of a watch. */
export type NspList =
  | { readonly kind: 'conduits'; readonly rows: readonly ConduitMessage[] }
  | { readonly kind: 'streams'; readonly rows: readonly StreamRow[] }
  | { readonly kind: 'flows'; readonly rows: readonly FlowRow[] }
  | { readonly kind: 'targets'; readonly rows: readonly TargetRow[] };
