import { expect, test } from 'vitest';
import { printPrefix } from './prefix.ts';
import { parseTargetAddress } from './target-address.ts';

test.each([
  ['172.16.0.5/24', '172.16.0.5/24'],
  ['fd00::5/64', 'fd00::5/64'],
  ['172.16.0.5', '172.16.0.5/32'],
  ['fd00::5', 'fd00::5/128'],
])('%s is %s', (text, prefix) => {
  expect(printPrefix(parseTargetAddress(text))).toBe(prefix);
});

test.each(['', 'here', 'here/24', '172.16.0', '172.16.0.5/33', '172.16.0.5/', 'fe80::1%eth0/64'])(
  '%j is none, and named by its field',
  (text) => {
    expect(() => parseTargetAddress(text, 'ips[1]')).toThrow(`ips[1] ${JSON.stringify(text)}: `);
  },
);
