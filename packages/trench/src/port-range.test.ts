import { expect, test } from 'vitest';
import { parsePortRange } from './port-range.ts';

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
