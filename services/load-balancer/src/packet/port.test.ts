import { expect, test } from 'vitest';
import { checkPort, hasPort, parsePortRange } from './port.ts';

test('a range is any, one port, or first-last', () => {
  expect(parsePortRange('any', 'ports')).toEqual({ first: 0, last: 65_535 });
  expect(parsePortRange('80', 'ports')).toEqual({ first: 80, last: 80 });
  expect(parsePortRange('80-90', 'ports')).toEqual({ first: 80, last: 90 });
  expect(parsePortRange('0-65535', 'ports')).toEqual({ first: 0, last: 65_535 });
});

test.each([
  ['65536', 'not any, a port from 0 to 65535, or first-last'],
  ['80-70000', 'not any, a port from 0 to 65535, or first-last'],
  ['90-80', 'it ends before it begins'],
  ['', 'not any'],
  ['-80', 'not any'],
  ['80-', 'not any'],
  ['1-2-3', 'not any'],
  ['http', 'not any'],
  ['1e3', 'not any'],
  ['80 - 90', 'not any'],
])('the range %j is refused', (text, reason) => {
  expect(() => parsePortRange(text, 'destination port range')).toThrow(
    `destination port range ${JSON.stringify(text)}: ${reason}`,
  );
});

test('a port is a whole number up to 65535', () => {
  expect([0, 65_535].map((port) => checkPort(port, 'port'))).toEqual([0, 65_535]);
  expect(() => checkPort(65_536, 'port')).toThrow('port "65536": not a port from 0 to 65535');
  for (const port of [-1, 1.5, Number.NaN, 4_294_967_295]) {
    expect(() => checkPort(port, 'port')).toThrow('not a port');
  }
});

test('no ranges stand for all ports', () => {
  expect(hasPort([], 7)).toBe(true);
  expect(
    hasPort(
      [
        { first: 1, last: 6 },
        { first: 8, last: 9 },
      ],
      7,
    ),
  ).toBe(false);
  expect(hasPort([{ first: 7, last: 7 }], 7)).toBe(true);
});
