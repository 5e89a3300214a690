import { expect, test } from 'vitest';
import { checkPort, hasPort } from './port.ts';

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
