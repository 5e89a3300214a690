import { GnmiRequestError } from '@syncline/gnmi/request-error.ts';
import { Fault as ProtoFault } from '@syncline/proto/device.ts';
import { expect, test } from 'vitest';
import type { Fault } from '../fault.ts';
import { fromProtoFault, toProtoFault } from './fault-wire.ts';

const faults: readonly Fault[] = [
  { kind: 'stall', durationMs: undefined },
  { kind: 'stall', durationMs: 1_500 },
  { kind: 'cut', code: 13, text: 'gone' },
  { kind: 'half_close' },
  { kind: 'delay', eachMs: 0.5 },
  { kind: 'delay', eachMs: 365 * 86_400_000 },
  { kind: 'withhold_sync' },
  { kind: 'repeat_sync' },
  { kind: 'partial_dump', leaves: 3, then: 'stall' },
  { kind: 'hang_set' },
  { kind: 'reject_set', code: 9, text: 'no' },
  { kind: 'flap', everyMs: 200, times: 4 },
  { kind: 'burst', leaves: 5, updates: 50, perNotification: 2 },
  { kind: 'skew_timestamps', offset: -3_600_000_000_000n, alternate: true },
  { kind: 'unknown_path' },
  { kind: 'wrong_type' },
  { kind: 'huge_notification', bytes: 77 },
  { kind: 'reject_subscribe', code: 3, text: 'not today' },
  { kind: 'advertise_encodings', encodings: [1, 3] },
  { kind: 'hang_capabilities' },
];

test.each(faults.map((fault) => [fault.kind, fault] as const))('%s survives the wire', (_, fault) => {
  const bytes = ProtoFault.encode(toProtoFault(fault)).finish();
  expect(fromProtoFault(ProtoFault.decode(bytes))).toEqual(fault);
});

test('what is left out has the default', () => {
  const read = (fault: object) => fromProtoFault(ProtoFault.fromPartial(fault));
  expect(read({ kind: { $case: 'cut', value: {} } })).toEqual({ kind: 'cut', code: 14, text: 'fault: cut' });
  expect(read({ kind: { $case: 'rejectSet', value: {} } })).toMatchObject({ code: 10 });
  expect(read({ kind: { $case: 'rejectSubscribe', value: {} } })).toMatchObject({ code: 3 });
  expect(read({ kind: { $case: 'burst', value: {} } })).toEqual({
    kind: 'burst',
    leaves: 1_000,
    updates: 1_000,
    perNotification: 10,
  });
  expect(read({ kind: { $case: 'hugeNotification', value: {} } })).toMatchObject({ bytes: 20 << 20 });
});

test.each([
  [undefined, 'fault: no kind is set'],
  [{ $case: 'delay', value: {} }, 'fault.delay.each: must be given'],
  [{ $case: 'delay', value: { each: { seconds: -1n, nanos: 0 } } }, 'fault.delay.each "-1000 ms"'],
  [
    { $case: 'delay', value: { each: { seconds: 31_536_001n, nanos: 0 } } },
    'fault.delay.each "31536001000 ms": expected more than 0 and up to 31536000000 ms',
  ],
  [{ $case: 'cut', value: { code: 17 } }, 'fault.cut.code "17": expected 1 to 16'],
  [{ $case: 'partialDump', value: { leaves: 1 } }, 'fault.partial_dump.then: must be given'],
  [{ $case: 'burst', value: { perNotification: 1_001 } }, 'fault.burst.per_notification "1001"'],
  [{ $case: 'burst', value: { leaves: 1_000_001 } }, 'fault.burst.leaves "1000001"'],
  [{ $case: 'hugeNotification', value: { bytes: 2 ** 30 } }, 'fault.huge_notification.bytes "1073741824"'],
  [{ $case: 'advertiseEncodings', value: { encodings: [9] } }, 'fault.advertise_encodings.encodings "9"'],
] as const)('a fault that cannot be is refused with its field and value (%#)', (kind, message) => {
  const read = () => fromProtoFault(ProtoFault.fromPartial({ kind } as object));
  expect(read).toThrow(GnmiRequestError);
  expect(read).toThrow(message);
});
