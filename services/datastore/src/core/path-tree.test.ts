import { integer, seededRng } from '@syncline/runtime/rng.ts';
import { expect, test } from 'vitest';
import { PathTree, rootNode } from './path-tree.ts';

const encoder = new TextEncoder();

function grow(tree: PathTree, path: string): number {
  let node = rootNode;
  for (const name of path.split('/')) {
    const bytes = encoder.encode(name);
    node = tree.descend(node, bytes, 0, bytes.length);
  }
  return node;
}

test('lists exactly the leaves at or under a node, and prunes what became empty', () => {
  const rng = seededRng(11);
  const tree = new PathTree();
  const nodes = new Map<string, number>();
  const names = ['a', 'b', 'c', 'd', 'e'];
  for (let step = 0; step < 20_000; step++) {
    const path = Array.from({ length: 1 + integer(rng, 4) }, () => names[integer(rng, 5)]).join('/');
    const known = nodes.get(path);
    if (known !== undefined && rng.next() < 0.6) {
      tree.removeLeaf(known);
      nodes.delete(path);
    } else if (known === undefined) {
      const node = grow(tree, path);
      tree.setLeaf(node, step);
      nodes.set(path, node);
    }
    if (step % 500 === 0) {
      const top = names[integer(rng, 5)] as string;
      const node = tree.child(rootNode, tree.elems.find(encoder.encode(top), 0, 1));
      const under = [...nodes]
        .filter(([p]) => p === top || p.startsWith(`${top}/`))
        .map(([, n]) => tree.leaf(n));
      const seen: number[] = [];
      if (node >= 0) tree.eachLeaf(node, (leaf) => seen.push(leaf));
      expect(new Set(seen)).toEqual(new Set(under));
      expect(seen.length).toBe(under.length);
    }
  }
  for (const node of nodes.values()) tree.removeLeaf(node);
  expect(tree.firstChild(rootNode)).toBe(-1);
  expect(tree.elems.size).toBe(0);
});
