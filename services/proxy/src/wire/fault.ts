// Faults as syncline.proxy.v1 has them.

import type { Fault as Message } from '@syncline/proto/proxy-admin.ts';
import { MalformedError } from '@syncline/trench/malformed-error.ts';
import { Status } from 'nice-grpc-common';
import type { Fault } from '../fault/fault.ts';

const highestStatus = Status.UNAUTHENTICATED;

/** The fault that a message describes. Throws MalformedError. */
export function readFault(message: Message | undefined): Fault {
  const kind = message?.kind;
  switch (kind?.$case) {
    case 'noBridgeAddress':
      return { kind: 'no_bridge_address' };
    case 'delay':
      return { kind: 'delay', ms: kind.value.ms };
    case 'hang':
      return { kind: 'hang' };
    case 'error': {
      const code = kind.value.code || Status.UNAVAILABLE;
      if (code > highestStatus) {
        throw new MalformedError(
          'fault.error.code',
          String(code),
          `a gRPC status is at the most ${highestStatus}`,
        );
      }
      return { kind: 'error', code, message: kind.value.message || 'the fault error is armed' };
    }
    case 'dropEvents':
      return { kind: 'drop_events' };
    case 'duplicateEvents':
      return { kind: 'duplicate_events' };
    case 'reorderEvents':
      return { kind: 'reorder_events' };
    case 'permuteAddresses':
      return { kind: 'permute_addresses' };
    case 'noInitialEvent':
      return { kind: 'no_initial_event' };
    case 'endMonitor':
      return { kind: 'end_monitor' };
    case undefined:
      throw new MalformedError('fault.kind', '', 'it must be given');
  }
}

export function faultMessage(fault: Fault): Message {
  switch (fault.kind) {
    case 'no_bridge_address':
      return { kind: { $case: 'noBridgeAddress', value: {} } };
    case 'delay':
      return { kind: { $case: 'delay', value: { ms: fault.ms } } };
    case 'hang':
      return { kind: { $case: 'hang', value: {} } };
    case 'error':
      return { kind: { $case: 'error', value: { code: fault.code, message: fault.message } } };
    case 'drop_events':
      return { kind: { $case: 'dropEvents', value: {} } };
    case 'duplicate_events':
      return { kind: { $case: 'duplicateEvents', value: {} } };
    case 'reorder_events':
      return { kind: { $case: 'reorderEvents', value: {} } };
    case 'permute_addresses':
      return { kind: { $case: 'permuteAddresses', value: {} } };
    case 'no_initial_event':
      return { kind: { $case: 'noInitialEvent', value: {} } };
    case 'end_monitor':
      return { kind: { $case: 'endMonitor', value: {} } };
  }
}
