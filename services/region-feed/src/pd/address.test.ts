import { expect, test } from 'vitest';
import { parseAddresses } from './address.ts';

test('addresses are taken with a scheme and without', () => {
  expect(parseAddresses('127.0.0.1:2379')).toEqual(['127.0.0.1:2379']);
  expect(parseAddresses('http://pd-0.pd:2379/, pd-1.pd:2379,http://[::1]:2379')).toEqual([
    'pd-0.pd:2379',
    'pd-1.pd:2379',
    '[::1]:2379',
  ]);
});

test.each([
  '',
  'pd',
  'pd:',
  ':2379',
  'pd:0',
  'pd:65536',
  'https://pd:2379',
  'pd:2379,',
  'pd:2379/v1',
  '::1:2379',
])('"%s" is no address', (text) => {
  expect(() => parseAddresses(text)).toThrow(RangeError);
});
