import fc from 'fast-check';
import { expect, test } from 'vitest';
import { concretePath, requestPath } from './arbitrary.ts';
import { comparePaths, type Path, pathElem, pathOf } from './path.ts';
import { parsePath, printPath } from './path-text.ts';
import { isWithin, Pattern } from './pattern.ts';
import { PathTrie } from './trie.ts';

type Step =
  | { readonly kind: 'set'; readonly path: Path; readonly value: number }
  | { readonly kind: 'delete' | 'cut'; readonly path: Path };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(concretePath, fc.nat(99))
      .map(([path, value]) => ({ kind: 'set' as const, path, value })),
  },
  { weight: 1, arbitrary: concretePath.map((path) => ({ kind: 'delete' as const, path })) },
  { weight: 1, arbitrary: requestPath.map((path) => ({ kind: 'cut' as const, path })) },
);

// The same as a flat list of entries.
class Model {
  entries: (readonly [Path, number])[] = [];

  under(path: Path, depth = 0): (readonly [Path, number])[] {
    const pattern = new Pattern(path);
    return this.entries
      .filter(([at]) => isWithin(pattern.at(at), depth))
      .sort(([a], [b]) => comparePaths(a, b));
  }

  remove(gone: (path: Path) => boolean): void {
    this.entries = this.entries.filter(([path]) => !gone(path));
  }
}

test('a trie is a flat map with patterns', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), requestPath, fc.nat(3), (steps, wanted, depth) => {
      const trie = new PathTrie<number>();
      const model = new Model();
      for (const it of steps) {
        const previous = model.entries.find(([path]) => comparePaths(path, it.path) === 0)?.[1];
        switch (it.kind) {
          case 'set':
            expect(trie.set(it.path, it.value)).toBe(previous);
            model.remove((path) => comparePaths(path, it.path) === 0);
            model.entries.push([it.path, it.value]);
            break;
          case 'delete':
            expect(trie.delete(it.path)).toBe(previous);
            model.remove((path) => comparePaths(path, it.path) === 0);
            break;
          case 'cut': {
            const gone = model.under(it.path);
            expect(trie.deleteSubtree(it.path)).toEqual(gone);
            model.remove((path) => gone.some(([other]) => other === path));
            break;
          }
        }
        expect(trie.size).toBe(model.entries.length);
      }
      for (const [path, value] of model.entries) expect(trie.get(path)).toBe(value);
      expect([...trie.walk(new Pattern(wanted), depth)]).toEqual(model.under(wanted, depth));
    }),
    { numRuns: 500 },
  );
});

test('entries that name their list with differing keys are all found', () => {
  const trie = new PathTrie<number>();
  for (const [i, text] of ['/a', '/a[k=1]', '/a[k=1][l=2]', '/a[l=2]'].entries())
    trie.set(parsePath(text), i);
  const found = (text: string) =>
    [...trie.walk(new Pattern(parsePath(text)))].map(([path]) => printPath(path));
  expect(found('/a[k=1]')).toEqual(['/a[k=1]', '/a[k=1][l=2]']);
  expect(found('/a[l=2]')).toEqual(['/a[k=1][l=2]', '/a[l=2]']);
  expect(found('/a')).toHaveLength(4);
});

test('asking for one entry of a list compares the others not at all', () => {
  const trie = new PathTrie<number>();
  for (let i = 0; i < 1000; i++)
    trie.set(pathOf([pathElem('list', [['k', String(i)]]), pathElem('leaf')]), i);
  let compared = 0;
  class Counting extends Pattern {
    override advance(...args: Parameters<Pattern['advance']>) {
      compared++;
      return super.advance(...args);
    }
  }
  expect([...trie.walk(new Counting(parsePath('/list[k=7]/leaf')))]).toHaveLength(1);
  expect(compared).toBe(2);
});

test('a walk outlives changes to what it walks', () => {
  const trie = new PathTrie<number>();
  for (const text of ['/a', '/b', '/c']) trie.set(parsePath(text), 0);
  const seen: string[] = [];
  for (const [path] of trie.walk(new Pattern(parsePath('/')))) {
    seen.push(printPath(path));
    trie.deleteSubtree(parsePath('/'));
    trie.set(parsePath('/d'), 1);
  }
  expect(seen[0]).toBe('/a');
  expect([...trie.walk(new Pattern(parsePath('/')))]).toEqual([[parsePath('/d'), 1]]);
});
