import fc from 'fast-check';
import { expect, test } from 'vitest';
import { text, wildElem, wildPath } from './arbitrary.ts';
import { pathElem, pathOf, rootPath } from './path.ts';
import { PathSyntaxError, parseElem, parsePath, printElem, printPath } from './path-text.ts';

test('every path survives printing and parsing', () => {
  fc.assert(
    fc.property(wildPath, (path) => {
      expect(parsePath(printPath(path))).toEqual(path);
    }),
    { numRuns: 500 },
  );
  fc.assert(
    fc.property(wildElem, (elem) => {
      expect(parseElem(printElem(elem))).toEqual(elem);
    }),
  );
});

test('any text either parses to a path that prints stably or is a fault with its column', () => {
  fc.assert(
    fc.property(text, (it) => {
      try {
        const path = parsePath(it);
        expect(parsePath(printPath(path))).toEqual(path);
      } catch (error) {
        if (!(error instanceof PathSyntaxError)) throw error;
        expect(error.column).toBeGreaterThanOrEqual(1);
        expect(error.column).toBeLessThanOrEqual(it.length + 1);
      }
    }),
    { numRuns: 500 },
  );
});

test.each([
  ['/interfaces/interface[name=Ethernet/1/2/3]/state', 'interface', [['name', 'Ethernet/1/2/3']]],
  ['/foo[name=\\]]', 'foo', [['name', ']']]],
  ['/foo[name=[]', 'foo', [['name', '[']]],
  ['/foo[name=[\\\\\\]]', 'foo', [['name', '[\\]']]],
] as const)('%s is read as OpenConfig writes it', (written, name, keys) => {
  const path = parsePath(written);
  expect(path.elems).toContainEqual(pathElem(name, keys));
  expect(printPath(path)).toBe(written);
});

test('keys print sorted whatever their order', () => {
  expect(printPath(parsePath('protocol[name=65497][identifier=ISIS]'))).toBe(
    '/protocol[identifier=ISIS][name=65497]',
  );
});

test('the first :/ ends an origin and a module prefix stays in the name', () => {
  expect(parsePath('cli:/')).toEqual(pathOf([], 'cli'));
  expect(parsePath('srl:/a/b')).toEqual(pathOf([pathElem('a'), pathElem('b')], 'srl'));
  expect(parsePath('oc-if:interfaces/b')).toEqual(pathOf([pathElem('oc-if:interfaces'), pathElem('b')]));
  expect(parsePath('/a:/b')).toEqual(pathOf([pathElem('a:'), pathElem('b')]));
});

test('the empty text, a lone slash and outer slashes are understood', () => {
  expect(parsePath('')).toEqual(rootPath);
  expect(parsePath('/')).toEqual(rootPath);
  expect(parsePath('a/b/')).toEqual(parsePath('/a/b'));
});

test('wildcards are names and values like any other', () => {
  expect(parsePath('/a/*/.../b[k=*]')).toEqual(
    pathOf([pathElem('a'), pathElem('*'), pathElem('...'), pathElem('b', [['k', '*']])]),
  );
});

test('line ends and code units may be escaped', () => {
  expect(parsePath('/a[k=\\n\\r\\u00e9\\U20AC\\uD83D\\uDE00]').elems).toEqual([
    pathElem('a', [['k', '\n\ré€😀']]),
  ]);
});

test.each([
  ['/a//b', 4, 'needs a name'],
  ['/a[b', 5, "expected '='"],
  ['/a[k=v', 3, 'not closed'],
  ['/a[=v]', 4, 'a key needs a name'],
  ['/a[k=v]x', 8, "expected '/'"],
  ['/a]', 3, "expected '/'"],
  ['/a[k=1][k=2]', 2, 'given twice'],
  ['/a\\x', 3, 'unknown escape'],
  ['/a[k=\\', 6, 'unknown escape'],
  ['/a[k=\\ud800]', 6, 'surrogate'],
])('the fault in %s is at column %i', (it, column, reason) => {
  expect(() => parsePath(it)).toThrow(
    expect.objectContaining({
      name: 'PathSyntaxError',
      column,
      message: expect.stringContaining(reason) as unknown,
    }),
  );
});
