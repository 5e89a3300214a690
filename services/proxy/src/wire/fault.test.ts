import { MalformedError } from '@syncline/trench/malformed-error.ts';
import { Status } from 'nice-grpc-common';
import { expect, test } from 'vitest';
import type { Fault, FaultKind } from '../fault/fault.ts';
import { faultMessage, readFault } from './fault.ts';

const faults: { readonly [Kind in FaultKind]: Fault & { readonly kind: Kind } } = {
  no_bridge_address: { kind: 'no_bridge_address' },
  delay: { kind: 'delay', ms: 20 },
  hang: { kind: 'hang' },
  error: { kind: 'error', code: Status.INTERNAL, message: 'no forwarder' },
  drop_events: { kind: 'drop_events' },
  duplicate_events: { kind: 'duplicate_events' },
  reorder_events: { kind: 'reorder_events' },
  permute_addresses: { kind: 'permute_addresses' },
  no_initial_event: { kind: 'no_initial_event' },
  end_monitor: { kind: 'end_monitor' },
};

test.each(Object.values(faults))('$kind is read as it is written', (fault) => {
  expect(readFault(faultMessage(fault))).toEqual(fault);
});

test('an error without a code is UNAVAILABLE and says that it is a fault', () => {
  const error = readFault({ kind: { $case: 'error', value: { code: 0, message: '' } } });
  expect(error).toEqual({ kind: 'error', code: Status.UNAVAILABLE, message: 'the fault error is armed' });
});

test('a code that is no status, and no kind at all, are refused', () => {
  const code = { kind: { $case: 'error', value: { code: 17, message: '' } } } as const;
  expect(() => readFault(code)).toThrow(MalformedError);
  expect(() => readFault({ kind: undefined })).toThrow(MalformedError);
  expect(() => readFault(undefined)).toThrow(MalformedError);
});
