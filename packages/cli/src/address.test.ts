import { expect, test } from 'vitest';
import { readAddress } from './address.ts';

test.each(['127.0.0.1:3379', 'nsp.example:1', '[2001:db8::1]:65535', 'unix:/run/tap.sock', 'unix:tap.sock'])(
  '%s is an address',
  (text) => {
    expect(readAddress(text, ['a:1'])).toEqual(['a:1', text]);
  },
);

test.each([
  '',
  '1.2.3',
  '127.0.0.1',
  ':3379',
  '127.0.0.1:99999',
  '127.0.0.1:0',
  '2001:db8::1',
  'unix:',
  'a:http',
])('%j is refused', (text) => {
  expect(() => readAddress(text)).toThrow('Expected host:port, [v6]:port or unix:/path');
});
