import { expect, test } from 'vitest';
import { agreeOnEncoding } from './terms.ts';

test.each([
  [undefined, ['JSON', 'JSON_IETF', 'PROTO'], 'PROTO'],
  [undefined, ['ASCII', 'JSON', 'JSON_IETF'], 'JSON_IETF'],
  [undefined, ['JSON'], 'JSON'],
  ['JSON', ['PROTO', 'JSON'], 'JSON'],
  ['PROTO', 'unknown', 'PROTO'],
  [undefined, 'unknown', 'JSON'],
] as const)('wanting %s of a device that offers %s agrees on %s', (wanted, offer, encoding) => {
  expect(agreeOnEncoding(wanted, offer)).toEqual({ encoding });
});

test.each([
  ['JSON_IETF', ['JSON', 'PROTO'], 'the device offers the encodings JSON, PROTO, this sync wants JSON_IETF'],
  [
    undefined,
    ['BYTES'],
    'the device offers the encodings BYTES, this sync wants one of PROTO, JSON_IETF, JSON',
  ],
  ['JSON', [], 'the device offers the encodings (none), this sync wants JSON'],
] as const)('wanting %s of a device that offers %s is refused in words', (wanted, offer, refusal) => {
  expect(agreeOnEncoding(wanted, offer)).toEqual({ refusal });
});
