// syncline.device.v1.Fault and the domain's Fault. On the wire 0 and '' mean the default.

import { GnmiRequestError } from '@syncline/gnmi/request-error.ts';
import type { Fault as ProtoFault } from '@syncline/proto/device.ts';
import { type Fault, faultKinds } from '../fault.ts';
import { readFault } from '../fault-reader.ts';
import { toDuration } from './duration.ts';
import { camelCase, ProtoFaultFields, protoThen } from './proto-fault-fields.ts';

/** Reads a fault. Throws GnmiRequestError naming the first field that is wrong. */
export function fromProtoFault(fault: ProtoFault | undefined): Fault {
  const set = fault?.kind;
  const kind = faultKinds.find((each) => camelCase(each) === set?.$case);
  if (set === undefined || kind === undefined) {
    throw new GnmiRequestError('INVALID_ARGUMENT', 'fault', '', 'no kind is set');
  }
  return readFault(kind, new ProtoFaultFields(`fault.${kind}`, { ...set.value }));
}

/** Writes a fault, with the defaults filled in. */
export function toProtoFault(fault: Fault): ProtoFault {
  switch (fault.kind) {
    case 'stall': {
      const duration = fault.durationMs === undefined ? undefined : toDuration(fault.durationMs);
      return { kind: { $case: 'stall', value: { duration } } };
    }
    case 'cut':
      return { kind: { $case: 'cut', value: fault } };
    case 'half_close':
      return { kind: { $case: 'halfClose', value: {} } };
    case 'delay':
      return { kind: { $case: 'delay', value: { each: toDuration(fault.eachMs) } } };
    case 'withhold_sync':
      return { kind: { $case: 'withholdSync', value: {} } };
    case 'repeat_sync':
      return { kind: { $case: 'repeatSync', value: {} } };
    case 'partial_dump':
      return {
        kind: { $case: 'partialDump', value: { leaves: fault.leaves, then: protoThen[fault.then] } },
      };
    case 'hang_set':
      return { kind: { $case: 'hangSet', value: {} } };
    case 'reject_set':
      return { kind: { $case: 'rejectSet', value: fault } };
    case 'flap':
      return { kind: { $case: 'flap', value: { every: toDuration(fault.everyMs), times: fault.times } } };
    case 'burst':
      return { kind: { $case: 'burst', value: fault } };
    case 'skew_timestamps':
      return { kind: { $case: 'skewTimestamps', value: fault } };
    case 'unknown_path':
      return { kind: { $case: 'unknownPath', value: {} } };
    case 'wrong_type':
      return { kind: { $case: 'wrongType', value: {} } };
    case 'huge_notification':
      return { kind: { $case: 'hugeNotification', value: fault } };
    case 'reject_subscribe':
      return { kind: { $case: 'rejectSubscribe', value: fault } };
    case 'advertise_encodings':
      return { kind: { $case: 'advertiseEncodings', value: { encodings: [...fault.encodings] } } };
    case 'hang_capabilities':
      return { kind: { $case: 'hangCapabilities', value: {} } };
  }
}
