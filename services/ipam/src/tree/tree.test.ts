import { printAddress } from '@syncline/trench/address.ts';
import { printPrefix } from '@syncline/trench/prefix.ts';
import { expect, test } from 'vitest';
import type { Conduit, Lease, Node } from './entries.ts';
import { tinyLayouts, usualLayouts } from './layout.fixture.ts';
import { Tree } from './tree.ts';

function added<Entry>(entry: Entry | undefined): Entry {
  if (entry === undefined) throw new Error('there is no room');
  return entry;
}

function grown(tree: Tree, family: 'ipv4' | 'ipv6'): { conduit: Conduit; node: Node; lease: Lease } {
  const conduit = added(tree.addConduit(family, { trench: 't', conduit: 'c' }));
  const node = added(tree.addNode(conduit, 'n'));
  return { conduit, node, lease: added(tree.addLease(node, 'a')) };
}

test.for([
  ['ipv4', '169.255.0.0/20', '169.255.0.0/24', '169.255.0.1'],
  ['ipv6', 'fd00::/56', 'fd00::/64', 'fd00::1'],
] as const)('the first name in %s has the first address of the first node', ([family, ...prefixes]) => {
  const { conduit, node, lease } = grown(new Tree(usualLayouts), family);
  expect([printPrefix(conduit.prefix), printPrefix(node.prefix), printAddress(lease.address)]).toEqual(
    prefixes,
  );
});

test('siblings have the next prefix, and another trench begins anew', () => {
  const tree = new Tree(usualLayouts);
  const { conduit } = grown(tree, 'ipv4');
  expect(printPrefix(added(tree.addNode(conduit, 'm')).prefix)).toBe('169.255.1.0/24');
  expect(printPrefix(added(tree.addConduit('ipv4', { trench: 't', conduit: 'd' })).prefix)).toBe(
    '169.255.16.0/20',
  );
  expect(printPrefix(added(tree.addConduit('ipv4', { trench: 'u', conduit: 'c' })).prefix)).toBe(
    '169.255.0.0/20',
  );
});

test('of a node with 256 addresses 254 are given, neither the first nor the last', () => {
  const tree = new Tree(usualLayouts);
  const { node, lease } = grown(tree, 'ipv4');
  const leases = [lease];
  for (let count = 2; count <= 254; count++) leases.push(added(tree.addLease(node, `child-${count}`)));
  expect(tree.addLease(node, 'one too many')).toBeUndefined();
  expect(printAddress(added(leases.at(-1)).address)).toBe('169.255.0.254');
  tree.removeLease(added(leases[100]));
  expect(printAddress(added(tree.addLease(node, 'later')).address)).toBe('169.255.0.101');
});

test('conduits and nodes are refused when their parent has no more prefix', () => {
  const tree = new Tree(tinyLayouts);
  const { conduit } = grown(tree, 'ipv4');
  expect(tree.addNode(conduit, 'm')).toBeDefined();
  expect(tree.addNode(conduit, 'o')).toBeUndefined();
  expect(tree.addConduit('ipv4', { trench: 't', conduit: 'd' })).toBeDefined();
  expect(tree.addConduit('ipv4', { trench: 't', conduit: 'e' })).toBeUndefined();
});

test('what is removed goes with all below it, and its prefix is free', () => {
  const tree = new Tree(usualLayouts);
  const { conduit, node } = grown(tree, 'ipv6');
  tree.addLease(node, 'b');
  expect(tree.size).toBe(4);
  tree.removeNode(node);
  expect([tree.size, conduit.nodes.size]).toEqual([1, 0]);
  expect(printPrefix(added(tree.addNode(conduit, 'm')).prefix)).toBe('fd00::/64');
  tree.removeConduit(conduit);
  expect([tree.size, [...tree.trenches('ipv6')].length]).toEqual([0, 0]);
  expect(grown(tree, 'ipv6').lease.address).toEqual({ family: 'ipv6', value: (0xfd00n << 112n) | 1n });
});

const kept = {
  conduits: [
    { id: 7, family: 'ipv4', trench: 't', name: 'c', slot: 1 },
    { id: 8, family: 'ipv6', trench: 't', name: 'c', slot: 0 },
  ],
  nodes: [{ id: 9, conduit: 7, name: 'n', slot: 1 }],
  leases: [{ node: 9, name: 'a', slot: 2, releasing: true }],
} as const;

test('a tree that was kept is found again, with its gaps and its ids', () => {
  const tree = new Tree(tinyLayouts, kept);
  const node = added(tree.conduit('ipv4', { trench: 't', conduit: 'c' })?.nodes.get('n'));
  const lease = added(node.leases.get('a'));
  expect([printAddress(lease.address), lease.releasing, tree.size]).toEqual(['10.0.0.14', true, 4]);
  expect(printAddress(added(tree.addLease(node, 'b')).address)).toBe('10.0.0.13');
  expect(added(tree.addConduit('ipv4', { trench: 't', conduit: 'd' }))).toMatchObject({ id: 10, slot: 0 });
});

test.for([
  ['a slot that the layout does not have', { leases: [{ node: 9, name: 'a', slot: 3, releasing: false }] }],
  ['one slot twice', { nodes: [...kept.nodes, { id: 10, conduit: 7, name: 'm', slot: 1 }] }],
  ['one name twice', { nodes: [...kept.nodes, { id: 10, conduit: 7, name: 'n', slot: 0 }] }],
] as const)('a store that has %s is refused', ([, change]) => {
  expect(() => new Tree(tinyLayouts, { ...kept, ...change })).toThrow(RangeError);
});
