// The ways in which the device misbehaves on command, as data. Some act once, at once; the others are armed and
// act until they are healed or used up.

import type { Encoding } from '@syncline/proto/gnmi.ts';
import type { CallStatus } from './status.ts';

/** What may follow an initial tree that stopped half-way. */
export const afterPartialDump = ['cut', 'stall', 'sync'] as const;

export type AfterPartialDump = (typeof afterPartialDump)[number];

/** One way to misbehave; the same as syncline.device.v1.Fault, with defaults filled in and bounds checked. */
export type Fault =
  | { readonly kind: 'stall'; readonly durationMs: number | undefined }
  | ({ readonly kind: 'cut' } & CallStatus)
  | { readonly kind: 'half_close' }
  | { readonly kind: 'delay'; readonly eachMs: number }
  | { readonly kind: 'withhold_sync' }
  | { readonly kind: 'repeat_sync' }
  | { readonly kind: 'partial_dump'; readonly leaves: number; readonly then: AfterPartialDump }
  | { readonly kind: 'hang_set' }
  | ({ readonly kind: 'reject_set' } & CallStatus)
  | { readonly kind: 'flap'; readonly everyMs: number; readonly times: number }
  | {
      readonly kind: 'burst';
      readonly leaves: number;
      readonly updates: number;
      readonly perNotification: number;
    }
  | { readonly kind: 'skew_timestamps'; readonly offset: bigint; readonly alternate: boolean }
  | { readonly kind: 'unknown_path' }
  | { readonly kind: 'wrong_type' }
  | { readonly kind: 'huge_notification'; readonly bytes: number }
  | ({ readonly kind: 'reject_subscribe' } & CallStatus)
  | { readonly kind: 'advertise_encodings'; readonly encodings: readonly Encoding[] }
  | { readonly kind: 'hang_capabilities' };

/** A kind of fault, by its field name in syncline.device.v1.Fault. */
export type FaultKind = Fault['kind'];

/** Every kind there is. */
export const faultKinds = [
  'stall',
  'cut',
  'half_close',
  'delay',
  'withhold_sync',
  'repeat_sync',
  'partial_dump',
  'hang_set',
  'reject_set',
  'flap',
  'burst',
  'skew_timestamps',
  'unknown_path',
  'wrong_type',
  'huge_notification',
  'reject_subscribe',
  'advertise_encodings',
  'hang_capabilities',
] as const satisfies readonly FaultKind[];

/** The fault of one kind. */
export type FaultOf<K extends FaultKind> = Extract<Fault, { kind: K }>;
