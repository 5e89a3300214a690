import { parsePath } from '@syncline/gnmi/path-text.ts';
import { Pattern } from '@syncline/gnmi/pattern.ts';
import { integer, pick, seededRng } from '@syncline/runtime/rng.ts';
import { expect, test } from 'vitest';
import { LeafTable, noPrefix } from './leaf-table.ts';
import { decodePath, encodePath } from './path-wire.ts';
import { Selector } from './selector.ts';

function tableOf(paths: readonly string[]): LeafTable {
  const leaves = new LeafTable(4096);
  for (const text of paths) learn(leaves, text);
  return leaves;
}

function learn(leaves: LeafTable, text: string): number {
  const bytes = encodePath(parsePath(text));
  return leaves.resolve(noPrefix, bytes, 0, bytes.length);
}

function selected(leaves: LeafTable, paths: readonly string[], depth = 0): string[] {
  const selector = new Selector(
    leaves,
    paths.map((text) => parsePath(text)),
    depth,
  );
  const collected = [...selector.collect()];
  for (let leaf = 0; leaf < leaves.bound; leaf++)
    expect(selector.covers(leaf)).toBe(collected.includes(leaf));
  return collected.map((leaf) =>
    decodePath(leaves.paths.view(leaf))
      .elems.map((e) => e.name + e.keys.map(([k, v]) => `[${k}=${v}]`).join(''))
      .join('/'),
  );
}

const tree = ['/a/b[n=1]/x', '/a/b[n=2]/x', '/a/b[n=2]/y/z', '/a/c', '/d', 'cli:/show'];

test('a path covers what lies at or under it, a wildcard every entry', () => {
  const leaves = tableOf(tree);
  expect(selected(leaves, ['/a/b[n=2]']).sort()).toEqual(['a/b[n=2]/x', 'a/b[n=2]/y/z']);
  expect(selected(leaves, ['/a/b']).length).toBe(3);
  expect(selected(leaves, ['/*/b[n=*]/x']).length).toBe(2);
  expect(selected(leaves, ['/.../z'])).toEqual(['a/b[n=2]/y/z']);
  expect(selected(leaves, ['/nope'])).toEqual([]);
});

test('the root covers the default origin, and a foreign one only by its name', () => {
  const leaves = tableOf(tree);
  expect(selected(leaves, ['/']).length).toBe(5);
  expect(selected(leaves, ['cli:/'])).toEqual(['show']);
  expect(selected(leaves, ['some-module:/a/c'])).toEqual(['a/c']);
});

test('depth counts levels below the path', () => {
  expect(selected(tableOf(tree), ['/a'], 1)).toEqual(['a/c']);
  expect(selected(tableOf(tree), ['/a'], 2).sort()).toEqual(['a/b[n=1]/x', 'a/b[n=2]/x', 'a/c']);
});

test('agrees with the pattern itself for random trees that grow and shrink', () => {
  const rng = seededRng(5);
  const names = ['a', 'b', 'l[k=1]', 'l[k=2]', 'm[j=1][k=2]', 'm[j=2][k=2]', 'c'];
  const wild = [...names, '*', '...', 'l', 'l[k=*]', 'm[k=2]'];
  const random = (from: readonly string[]) =>
    `/${Array.from({ length: 1 + integer(rng, 4) }, () => pick(rng, from)).join('/')}`;
  for (let round = 0; round < 60; round++) {
    const leaves = new LeafTable(4096);
    const requests = [random(wild), random(wild)].map((text) => parsePath(text));
    const depth = integer(rng, 3);
    const selector = new Selector(leaves, requests, depth);
    const patterns = requests.map((path) => new Pattern(path));
    const known = new Set<number>();
    for (let step = 0; step < 60; step++) {
      if (rng.next() < 0.25 && known.size > 0) {
        const leaf = pick(rng, [...known]);
        known.delete(leaf);
        leaves.forget([leaf]);
      } else known.add(learn(leaves, random(names)));
      const expected = [...known].filter((leaf) => {
        const path = decodePath(leaves.paths.view(leaf));
        return patterns.some((pattern) => {
          const below = pattern.at(path).below;
          return below !== undefined && (depth === 0 || below <= depth);
        });
      });
      expect([...selector.collect()], requests.map(String).join()).toEqual(expected.sort((a, b) => a - b));
      for (const leaf of known) expect(selector.covers(leaf)).toBe(expected.includes(leaf));
    }
  }
});
