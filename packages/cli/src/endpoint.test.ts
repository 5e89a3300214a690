import { expect, test } from 'vitest';
import { readEndpoint } from './endpoint.ts';

test.each([
  ['10.0.0.1', '10.0.0.1', 0],
  ['10.0.0.1:80', '10.0.0.1', 80],
  ['2001:db8::1', '2001:db8::1', 0],
  ['[2001:db8::1]', '2001:db8::1', 0],
  ['[2001:db8::1]:65535', '2001:db8::1', 65_535],
  ['::ffff:1.2.3.4', '::ffff:1.2.3.4', 0],
])('%s', (text, ip, port) => {
  expect(readEndpoint(text)).toEqual({ ip, port });
});

test.each(['', ':80', '[]:80', '10.0.0.1:65536'])('%j is refused', (text) => {
  expect(() => readEndpoint(text)).toThrow('expected an address');
});
