import { GetRequest_DataType } from '@syncline/proto/gnmi.ts';
import { expect, test } from 'vitest';
import { dataKind, isOfType } from './data-type.ts';
import { parsePath } from './path-text.ts';

test.each([
  ['/interfaces/interface[name=eth0]/config/mtu', 'config'],
  ['/interfaces/interface[name=eth0]/state/counters/in-octets', 'state'],
  ['/state/config/x', 'config'],
  ['/a/config/state', 'config'],
  ['/a/state', 'either'],
  ['/', 'either'],
])('%s is %s', (path, kind) => {
  expect(dataKind(parsePath(path))).toBe(kind);
});

test('each type returns its own leaves and those that may be anything', () => {
  const { ALL, CONFIG, STATE, OPERATIONAL } = GetRequest_DataType;
  const types = (path: string) =>
    [ALL, CONFIG, STATE, OPERATIONAL].map((type) => isOfType(parsePath(path), type));
  expect(types('/a/config/x')).toEqual([true, true, false, false]);
  expect(types('/a/state/x')).toEqual([true, false, true, true]);
  expect(types('/a/x')).toEqual([true, true, true, true]);
});
