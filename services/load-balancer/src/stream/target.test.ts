import { expect, test } from 'vitest';
import { readTarget, sameTarget, type TargetRow } from './target.ts';

const row: TargetRow = { ips: ['172.16.0.5/24', 'fd00::5/64'], context: { identifier: '7' } };

test('a target has its identifier, and its addresses as they were sent', () => {
  expect(readTarget(row, 7)).toMatchObject({ identifier: 7, ips: ['172.16.0.5/24', 'fd00::5/64'] });
});

test('two targets are the same when number and set of addresses are', () => {
  const turned = readTarget({ ...row, ips: ['fd00:0::5/64', '172.16.0.5/24'] }, 9);
  const fewer = readTarget({ ...row, ips: ['172.16.0.5/24'] }, 9);
  expect(sameTarget(readTarget(row, 9), turned)).toBe(true);
  expect(sameTarget(readTarget(row, 9), fewer)).toBe(false);
  expect(sameTarget(readTarget(row, 9), undefined)).toBe(false);
});

test('an address without prefix length is that of a host', () => {
  const [bare, host] = ['172.16.0.5', '172.16.0.5/32'].map((ip) => readTarget({ ...row, ips: [ip] }, 9));
  expect(sameTarget(bare, host)).toBe(true);
});

test.each([undefined, '', '0', '-1', '8', '1.5', '0x1', ' 1', '01', '99999999999'])(
  'the identifier %j of a stream with 7 is refused',
  (identifier) => {
    const context: Record<string, string> = identifier === undefined ? {} : { identifier };
    expect(() => readTarget({ ...row, context }, 7)).toThrow(
      `identifier ${JSON.stringify(identifier ?? '')}: not a whole number from 1 to 7`,
    );
  },
);

test('no address, and one that does not parse, is refused', () => {
  expect(() => readTarget({ ...row, ips: [] }, 9)).toThrow('ips not set');
  expect(() => readTarget({ ...row, ips: ['172.16.0.5/24', 'here/24'] }, 9)).toThrow('ip "here/24": ');
  expect(() => readTarget({ ...row, ips: ['172.16.0'] }, 9)).toThrow('ip "172.16.0": ');
});
