import fc from 'fast-check';
import { expect, test } from 'vitest';
import { spanContextOf, traceparentOf } from './trace-context.ts';

const hex = (length: number) => fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`));

test('a span survives the way through text', () => {
  fc.assert(
    fc.property(hex(32), hex(16), fc.constantFrom(0, 1), (traceId, spanId, traceFlags) => {
      fc.pre(!/^0+$/.test(traceId) && !/^0+$/.test(spanId));
      const span = { traceId, spanId, traceFlags };
      expect(spanContextOf(traceparentOf(span))).toEqual({ ...span, isRemote: true });
    }),
  );
});

test('a later version with more fields is read as far as it is known', () => {
  const traceparent = '01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03-more';
  expect(spanContextOf(traceparent)).toMatchObject({ spanId: '00f067aa0ba902b7', traceFlags: 1 });
});

test.each([
  undefined,
  '',
  '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7',
  'ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  '00-00000000000000000000000000000000-00f067aa0ba902b7-01',
  '00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01',
  '00-4BF92F3577B34DA6A3CE929D0E0E4736-00F067AA0BA902B7-01',
  '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-012',
])('%s names no span', (traceparent) => {
  expect(spanContextOf(traceparent)).toBeUndefined();
});
