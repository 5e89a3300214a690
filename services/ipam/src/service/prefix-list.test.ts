import { printPrefix } from '@syncline/trench/prefix.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { usualLayouts } from '../tree/layout.fixture.ts';
import { families, Tree } from '../tree/tree.ts';
import { readPageToken, toPageToken } from './page-token.ts';
import { listPrefixes, type PrefixKey } from './prefix-list.ts';

const anything = { trench: '', conduit: '' };

/** A tree with an address for each of these. */
function treeOf(
  ...children: readonly (readonly [
    family: 0 | 1,
    trench: string,
    conduit: string,
    node: string,
    name: string,
  ])[]
): Tree {
  const tree = new Tree(usualLayouts);
  for (const [which, trench, conduit, nodeName, name] of children) {
    const family = families[which] ?? 'ipv4';
    const parent = tree.conduit(family, { trench, conduit }) ?? tree.addConduit(family, { trench, conduit });
    const node = parent && (parent.nodes.get(nodeName) ?? tree.addNode(parent, nodeName));
    if (node !== undefined && node.leases.get(name) === undefined) tree.addLease(node, name);
  }
  return tree;
}

test('a parent comes before its children, and the families of a name together', () => {
  const tree = treeOf(
    [0, 't', 'd', 'n', 'b'],
    [1, 't', 'd', 'n', 'b'],
    [0, 't', 'd', 'n', 'a'],
    [0, 't', 'c', 'n', 'a'],
  );
  const shown = [...listPrefixes(tree, anything, undefined, 100)].map(
    ({ path, prefix }) => `${path.join('/')} ${printPrefix(prefix)}`,
  );
  expect(shown).toEqual([
    't/// 169.255.0.0/16',
    't/// fd00::/48',
    't/c// 169.255.16.0/20',
    't/c/n/ 169.255.16.0/24',
    't/c/n/a 169.255.16.1/32',
    't/d// 169.255.0.0/20',
    't/d// fd00::/56',
    't/d/n/ 169.255.0.0/24',
    't/d/n/ fd00::/64',
    't/d/n/a 169.255.0.2/32',
    't/d/n/b 169.255.0.1/32',
    't/d/n/b fd00::1/128',
  ]);
});

test('a filter leaves one trench or one conduit', () => {
  const tree = treeOf([0, 't', 'c', 'n', 'a'], [0, 't', 'd', 'n', 'a'], [0, 'u', 'c', 'n', 'a']);
  const paths = (filter: typeof anything) =>
    [...listPrefixes(tree, filter, undefined, 100)].map(({ path }) => path.join('/'));
  expect(paths({ trench: 'u', conduit: '' })).toEqual(['u///', 'u/c//', 'u/c/n/', 'u/c/n/a']);
  expect(paths({ trench: 't', conduit: 'd' })).toEqual(['t///', 't/d//', 't/d/n/', 't/d/n/a']);
});

test('pages of any size, put together, are the list', () => {
  const word = fc.constantFrom('a', 'b', 'c');
  const children = fc.array(fc.tuple(fc.constantFrom(0 as const, 1 as const), word, word, word, word));
  fc.assert(
    fc.property(children, fc.integer({ min: 1, max: 5 }), (given, size) => {
      const tree = treeOf(...given);
      const whole = [...listPrefixes(tree, anything, undefined, 1_000)];
      const paged: typeof whole = [];
      let after: PrefixKey | undefined;
      for (;;) {
        const page = [...listPrefixes(tree, anything, after, size)].slice(0, size);
        const last = page.at(-1);
        if (last === undefined) break;
        paged.push(...page);
        after = readPageToken(toPageToken(last));
      }
      expect(paged).toEqual(whole);
    }),
  );
});

test.for(['', 'x', '{}', '["a"]', '["a","b","c","d","ipv5"]', '[1,2,3,4,"ipv4"]'])(
  '%j is no page token',
  (token) => {
    expect(readPageToken(token)).toBeUndefined();
  },
);
