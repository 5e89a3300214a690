import fc from 'fast-check';
import { expect, test } from 'vitest';
import { concretePath, requestPath } from './arbitrary.ts';
import { type Path, type PathElem, PathError } from './path.ts';
import { parsePath } from './path-text.ts';
import { hasWildcard, isWithin, Pattern } from './pattern.ts';

const pattern = (text: string) => new Pattern(parsePath(text));

// The rules of the specification, said by recursion over both paths.
function fits(wanted: PathElem, elem: PathElem): boolean {
  const keys = new Map(elem.keys);
  return (
    (wanted.name === '*' || wanted.name === elem.name) &&
    wanted.keys.every(([key, value]) => keys.has(key) && (value === '*' || keys.get(key) === value))
  );
}

function names([wanted, ...more]: readonly PathElem[], path: readonly PathElem[]): boolean {
  const [elem, ...rest] = path;
  if (wanted === undefined) return elem === undefined;
  if (wanted.name === '...')
    return names(more, path) || (elem !== undefined && names([wanted, ...more], rest));
  return elem !== undefined && fits(wanted, elem) && names(more, rest);
}

function levelsBelow(wanted: Path, path: Path): number | undefined {
  if (wanted.origin !== path.origin) return undefined;
  for (let below = 0; below <= path.elems.length; below++) {
    if (names(wanted.elems, path.elems.slice(0, path.elems.length - below))) return below;
  }
  return undefined;
}

function canFollow([wanted, ...more]: readonly PathElem[], path: readonly PathElem[]): boolean {
  const [elem, ...rest] = path;
  if (wanted === undefined || elem === undefined) return true;
  if (wanted.name === '...') return canFollow(more, path) || canFollow([wanted, ...more], rest);
  return fits(wanted, elem) && canFollow(more, rest);
}

test('the matcher agrees with the recursive rules, levels included', () => {
  fc.assert(
    fc.property(requestPath, concretePath, (wanted, path) => {
      const compiled = new Pattern(wanted);
      expect(compiled.at(path).below).toBe(levelsBelow(wanted, path));
      expect(compiled.matches(path)).toBe(levelsBelow(wanted, path) !== undefined);
    }),
    { numRuns: 2000 },
  );
});

test('a branch is worth walking exactly when something under it can match', () => {
  fc.assert(
    fc.property(requestPath, concretePath, (wanted, path) => {
      const can = wanted.origin === path.origin && canFollow(wanted.elems, path.elems);
      expect(new Pattern(wanted).canMatchUnder(path)).toBe(can);
    }),
    { numRuns: 2000 },
  );
});

test('when one literal element must come next, no other can', () => {
  fc.assert(
    fc.property(requestPath, concretePath, (wanted, path) => {
      const compiled = new Pattern(wanted);
      let state = compiled.start;
      for (const elem of path.elems) {
        const next = compiled.next(state);
        state = compiled.advance(state, elem);
        if (next !== undefined && next.name !== elem.name) expect(state.open).toEqual([]);
      }
    }),
    { numRuns: 1000 },
  );
});

test('twenty any-depth elements match a deep path without blowing up', () => {
  const wanted = pattern(`/${Array.from({ length: 20 }, () => '.../a').join('/')}/end`);
  const path = parsePath(`/${Array.from({ length: 200 }, () => 'a').join('/')}`);
  expect(wanted.matches(path)).toBe(false);
  expect(wanted.at(path).open.length).toBeLessThanOrEqual(41);
});

test('a key left out is every entry, a key * only entries that have the key', () => {
  const entry = parsePath('/interfaces/interface[name=eth0]/mtu');
  expect(pattern('/interfaces/interface').matches(entry)).toBe(true);
  expect(pattern('/interfaces/interface[name=*]/mtu').matches(entry)).toBe(true);
  expect(pattern('/interfaces/interface[id=*]').matches(entry)).toBe(false);
});

test('any number of levels with keys is refused', () => {
  expect(() => pattern('/a/...[k=1]')).toThrow(PathError);
});

test.each([
  ['/basket', 1, '/basket/contents', true],
  ['/basket', 1, '/basket/description/fabric', false],
  ['/basket', 2, '/basket/description/fabric', true],
  ['/basket/fruits', 1, '/basket/fruits[name=apples]/size', true],
  ['/basket/fruits', 1, '/basket/fruits[name=apples]/origin/country', false],
  ['/basket/contents', 1, '/basket/contents', true],
  ['/basket', 0, '/basket/fruits[name=apples]/origin/country', true],
])('%s to depth %i: %s is in: %s', (wanted, depth, leaf, isIn) => {
  expect(isWithin(pattern(wanted).at(parsePath(leaf)), depth)).toBe(isIn);
});

test('only names and key values that are wildcards make a path name more than one place', () => {
  expect(
    ['/a/*', '/...', '/a[k=*]', '/a[k=**]', '/a*/b[*=1]'].map((it) => hasWildcard(parsePath(it))),
  ).toEqual([true, true, true, false, false]);
});
