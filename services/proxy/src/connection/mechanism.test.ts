import type { Mechanism } from '@syncline/proto/connection.ts';
import { expect, test } from 'vitest';
import { chooseMechanism, interfaceName, withInterface } from './mechanism.ts';

const mechanism = (type: string, parameters: Record<string, string> = {}, cls = 'LOCAL'): Mechanism => ({
  cls,
  type,
  parameters,
});

test('the first preference that can be had is chosen, with its parameters', () => {
  const wanted = mechanism('KERNEL', { inodeURL: 'inode://4/5' });
  expect(chooseMechanism(undefined, [mechanism('MEMIF'), wanted, mechanism('KERNEL')])).toEqual(wanted);
  expect(chooseMechanism(undefined, [mechanism('KERNEL', {}, '')])).toEqual(mechanism('KERNEL'));
});

test('the mechanism that a connection has goes before preferences', () => {
  const present = mechanism('KERNEL', { name: 'nsm-3' });
  expect(chooseMechanism(present, [mechanism('KERNEL')])).toEqual(present);
});

test('who asks for nothing gets a kernel interface', () => {
  expect(chooseMechanism(undefined, [])).toEqual(mechanism('KERNEL'));
});

test.each([
  [
    undefined,
    [mechanism('MEMIF'), mechanism('KERNEL', {}, 'REMOTE')],
    'mechanism_preferences "LOCAL MEMIF, REMOTE KERNEL": only LOCAL KERNEL can be had',
  ],
  [
    mechanism('VXLAN'),
    [mechanism('KERNEL')],
    'connection.mechanism "LOCAL VXLAN": only LOCAL KERNEL can be had',
  ],
])('what cannot be had is refused: %#', (present, preferences, text) => {
  expect(() => chooseMechanism(present, preferences)).toThrow(text);
});

test.each(['a name', 'a/b', '..', 'sixteen-letters-', 'fünfzehn-zeichen', 'eth0:1'])(
  'an interface cannot be called "%s"',
  (name) => {
    expect(() => chooseMechanism(undefined, [mechanism('KERNEL', { name })])).toThrow(
      `mechanism.parameters.name "${name}": an interface name has 1 to 15 bytes`,
    );
  },
);

test('a name of 15 bytes is an interface name', () => {
  const name = 'fifteen-letters';
  expect(interfaceName(chooseMechanism(mechanism('KERNEL', { name }), []))).toBe(name);
});

test('giving a name leaves the mechanism that is given it as it was', () => {
  const nameless = mechanism('KERNEL', { inodeURL: 'x' });
  expect(withInterface(nameless, 'nsm-0').parameters).toEqual({ inodeURL: 'x', name: 'nsm-0' });
  expect(interfaceName(nameless)).toBeUndefined();
});
