// A fault read from somewhere: a request or a script. Defaults and bounds are here, once for both.

import type { Encoding } from '@syncline/proto/gnmi.ts';
import type { AfterPartialDump, Fault, FaultKind } from './fault.ts';
import { type CallStatus, lastStatusCode, statusCode } from './status.ts';

/** Least and most, both allowed. */
export interface Bounds {
  readonly min: number;
  readonly max: number;
}

/** The longest a fault or a step of a script may last or wait, in ms: a year. A longer one is a slip of the unit. */
export const longestMs = 365 * 24 * 3_600_000;

/** The fields of one fault by their proto names. What is wrong with one is noted; it then counts as not given. */
export interface FaultFields {
  durationMs(name: string): number | undefined;
  whole(name: string, bounds: Bounds): number | undefined;
  nanoseconds(name: string): bigint | undefined;
  text(name: string): string | undefined;
  flag(name: string): boolean | undefined;
  afterPartialDump(name: string): AfterPartialDump | undefined;
  encodings(name: string): readonly Encoding[];
  /** Notes that a field which must be given is not. */
  missing(name: string): void;
}

const huge = { fallback: 20 << 20, bounds: { min: 1, max: 256 << 20 } };
const burst = { leaves: 1_000, perNotification: 10 };

/** Reads a fault of this kind. */
export function readFault(kind: FaultKind, fields: FaultFields): Fault {
  switch (kind) {
    case 'stall':
      return { kind, durationMs: fields.durationMs('duration') };
    case 'cut':
      return { kind, ...readStatus(fields, statusCode.unavailable, 'fault: cut') };
    case 'delay':
      return { kind, eachMs: required(fields, 'each') };
    case 'partial_dump': {
      const then = fields.afterPartialDump('then');
      if (then === undefined) fields.missing('then');
      return { kind, leaves: fields.whole('leaves', { min: 0, max: 1e9 }) ?? 0, then: then ?? 'cut' };
    }
    case 'reject_set':
      return { kind, ...readStatus(fields, statusCode.aborted, 'fault: set rejected') };
    case 'reject_subscribe':
      return { kind, ...readStatus(fields, statusCode.invalidArgument, 'fault: subscribe rejected') };
    case 'flap':
      return {
        kind,
        everyMs: required(fields, 'every'),
        times: fields.whole('times', { min: 0, max: 1e6 }) ?? 0,
      };
    case 'burst': {
      const leaves = fields.whole('leaves', { min: 1, max: 1_000_000 }) ?? burst.leaves;
      const updates = fields.whole('updates', { min: 1, max: 4_294_967_295 }) ?? leaves;
      const perNotification =
        fields.whole('per_notification', { min: 1, max: 1_000 }) ?? burst.perNotification;
      return { kind, leaves, updates, perNotification };
    }
    case 'skew_timestamps':
      return {
        kind,
        offset: fields.nanoseconds('offset') ?? 0n,
        alternate: fields.flag('alternate') ?? false,
      };
    case 'huge_notification':
      return { kind, bytes: fields.whole('bytes', huge.bounds) ?? huge.fallback };
    case 'advertise_encodings':
      return { kind, encodings: fields.encodings('encodings') };
    case 'half_close':
    case 'withhold_sync':
    case 'repeat_sync':
    case 'hang_set':
    case 'unknown_path':
    case 'wrong_type':
    case 'hang_capabilities':
      return { kind };
  }
}

function readStatus(fields: FaultFields, code: number, text: string): CallStatus {
  return {
    code: fields.whole('code', { min: 1, max: lastStatusCode }) ?? code,
    text: fields.text('text') ?? text,
  };
}

function required(fields: FaultFields, name: string): number {
  const ms = fields.durationMs(name);
  if (ms === undefined) fields.missing(name);
  return ms ?? 0;
}
