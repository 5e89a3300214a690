import { Child, IPFamily } from '@syncline/proto/ipam-v1.ts';
import { expect, test } from 'vitest';
import { readChild, type Served } from './child-request.ts';

const served: Served = { families: ['ipv4', 'ipv6'], trench: undefined, maxName: 20 };
const conduit = { name: 'edge', trench: { name: 'demo' } };

test('a request is read; an absent family is IPv4', () => {
  const child = Child.fromPartial({ name: 'pod-0-src', subnet: { conduit, node: 'worker-1.example.org' } });
  expect(readChild(child, served)).toEqual({
    family: 'ipv4',
    trench: 'demo',
    conduit: 'edge',
    node: 'worker-1.example.org',
    name: 'pod-0-src',
  });
  const ipv6 = Child.fromPartial({ name: 'a', subnet: { conduit, node: 'n', ipFamily: IPFamily.IPV6 } });
  expect(readChild(ipv6, served).family).toBe('ipv6');
});

test.for([
  ['no subnet', { name: 'a' }, 'conduit cannot be nil'],
  ['no conduit', { name: 'a', subnet: { node: 'n' } }, 'conduit cannot be nil'],
  ['no trench', { name: 'a', subnet: { node: 'n', conduit: { name: 'edge' } } }, 'trench cannot be nil'],
  [
    'an unknown family',
    { name: 'a', subnet: { conduit, node: 'n', ipFamily: 7 } },
    'cannot allocate in this ip family',
  ],
  [
    'an empty trench',
    { name: 'a', subnet: { node: 'n', conduit: { name: 'edge', trench: {} } } },
    'trench.name ""',
  ],
  [
    'an empty conduit',
    { name: 'a', subnet: { node: 'n', conduit: { trench: { name: 't' } } } },
    'subnet.conduit.name ""',
  ],
  ['no node', { name: 'a', subnet: { conduit } }, 'subnet.node "": it is required'],
  ['no name', { subnet: { conduit, node: 'n' } }, 'name "": it is required'],
  [
    'a long name',
    { name: 'x'.repeat(21), subnet: { conduit, node: 'n' } },
    'longer than the 20 of SYNCLINE_IPAM_MAX_NAME',
  ],
  [
    'a conduit with a space',
    { name: 'a', subnet: { node: 'n', conduit: { ...conduit, name: 'e e' } } },
    'subnet.conduit.name "e e"',
  ],
] as const)('%s is refused', ([, child, text]) => {
  expect(() =>
    readChild(Child.fromPartial(child as Parameters<typeof Child.fromPartial>[0]), served),
  ).toThrow(text);
});

test('a family that is switched off and a trench that is another are refused', () => {
  const child = Child.fromPartial({ name: 'a', subnet: { conduit, node: 'n' } });
  expect(() => readChild(child, { ...served, families: ['ipv6'] })).toThrow(
    'cannot allocate in this ip family: subnet.ipFamily 0, served are ipv6',
  );
  expect(() => readChild(child, { ...served, trench: 'other' })).toThrow(
    'no corresponding trench: "demo" is not "other"',
  );
});
