import fc from 'fast-check';
import { expect, test } from 'vitest';
import { leafListValue, name, scalarValue, text } from './arbitrary.ts';
import { printJson } from './json.ts';
import { type BuildRules, buildJson, type RelativeLeaf } from './json-build.ts';
import { expandValue } from './json-expand.ts';
import { isPrefixOf, type Path, type PathElem, pathElem, pathOf, rootPath } from './path.ts';
import { parsePath, printPath } from './path-text.ts';
import type { Value } from './value.ts';
import { toJson } from './value-json.ts';

const string = (value: string): Value => ({ $case: 'stringVal', value });
const leaf = (path: string, value: Value): RelativeLeaf => ({ elems: parsePath(path).elems, value });

function build(leaves: RelativeLeaf[], rules: BuildRules = { flavour: 'json' }) {
  const { json, conflicts } = buildJson(leaves, rules);
  return { json: new TextDecoder().decode(printJson(json)), conflicts };
}

test('names are sorted, entries are grouped and sorted by key, key leaves come once', () => {
  expect(
    build([
      leaf('/z', string('last')),
      leaf('/if[name=b]/mtu', { $case: 'uintVal', value: 9000n }),
      leaf('/if[name=a]/name', string('a')),
      leaf('/if[name=a]/sub[x=1][y=2]/up', { $case: 'boolVal', value: true }),
    ]).json,
  ).toBe('{"if":[{"name":"a","sub":[{"up":true,"x":"1","y":"2"}]},{"mtu":9000,"name":"b"}],"z":"last"}');
});

test('the flavour decides how numbers are written, the rules how names are', () => {
  const leaves = [
    leaf('/a/b', { $case: 'uintVal', value: 2n ** 64n - 1n }),
    leaf('/a/c[k=1]/d', string('x')),
  ];
  expect(build(leaves).json).toBe('{"a":{"b":18446744073709551615,"c":[{"d":"x","k":"1"}]}}');
  const memberName = (elems: readonly { name: string }[]) =>
    `${elems.length === 1 ? 'm:' : ''}${elems.at(-1)?.name}`;
  expect(build(leaves, { flavour: 'json_ietf', memberName }).json).toBe(
    '{"m:a":{"b":"18446744073709551615","c":[{"d":"x","k":"1"}]}}',
  );
});

test('the node itself is a bare value, and nothing at all an empty object', () => {
  expect(build([leaf('/', string('x'))]).json).toBe('"x"');
  expect(build([]).json).toBe('{}');
});

test('a leaf above other leaves has no place and is reported', () => {
  expect(build([leaf('/a', string('x')), leaf('/a/b', string('y'))])).toEqual({
    json: '{"a":{"b":"y"}}',
    conflicts: ['/a'],
  });
});

test('a list that came partly as one leaf is one array', () => {
  const opaque: Value = { $case: 'jsonVal', value: new TextEncoder().encode('[{"k":1}]') };
  expect(build([leaf('/l[k=2]/v', string('y')), leaf('/l', opaque)])).toEqual({
    json: '{"l":[{"k":1},{"k":"2","v":"y"}]}',
    conflicts: [],
  });
});

// A data tree that some schema allows: under a path there is always a container, a list with one key, or a leaf.
type Node =
  | { readonly kind: 'leaf'; readonly value: Value }
  | { readonly kind: 'container'; readonly members: readonly (readonly [string, Node])[] }
  | { readonly kind: 'list'; readonly key: string; readonly entries: readonly (readonly [string, Node])[] };

const localName = name.filter((it) => !it.includes(':'));
const byName = { selector: ([it]: readonly [string, Node]) => it, maxLength: 3 };
const { node } = fc.letrec<{ node: Node; container: Node }>((tie) => ({
  node: fc.oneof(
    { depthSize: 'small' },
    fc.oneof(scalarValue, leafListValue).map((value): Node => ({ kind: 'leaf', value })),
    tie('container'),
    fc
      .tuple(localName, fc.uniqueArray(fc.tuple(text, tie('container')), byName))
      .map(([key, entries]): Node => ({ kind: 'list', key, entries })),
  ),
  container: fc
    .uniqueArray(fc.tuple(localName, tie('node')), byName)
    .map((members): Node => ({ kind: 'container', members })),
}));

/** The leaves of a tree at `elems`, and the key of each list by its path. */
function collect(
  tree: Node,
  elems: readonly PathElem[],
  leaves: RelativeLeaf[],
  keys: Map<string, string>,
): void {
  switch (tree.kind) {
    case 'leaf':
      leaves.push({ elems, value: tree.value });
      break;
    case 'container':
      for (const [member, below] of tree.members) collect(below, [...elems, pathElem(member)], leaves, keys);
      break;
    case 'list':
      keys.set(printPath(pathOf(elems)), tree.key);
      for (const [value, entry] of tree.entries) {
        const at = [...elems.slice(0, -1), pathElem(elems.at(-1)?.name ?? '', [[tree.key, value]])];
        leaves.push({ elems: [...at, pathElem(tree.key)], value: string(value) });
        const members =
          entry.kind === 'container' ? entry.members.filter(([member]) => member !== tree.key) : [];
        collect({ kind: 'container', members }, at, leaves, keys);
      }
      break;
  }
}

const lines = (leaves: readonly { readonly path: Path; readonly value: Value }[]) =>
  leaves
    .map(
      ({ path, value }) => `${printPath(path)} ${new TextDecoder().decode(printJson(toJson(value, 'json')))}`,
    )
    .sort();

test('expanding what was built gives the leaves back, whether or not it had the key leaves', () => {
  fc.assert(
    fc.property(node, fc.boolean(), (tree, withKeys) => {
      const leaves: RelativeLeaf[] = [];
      const keys = new Map<string, string>();
      collect(tree, [pathElem('top')], leaves, keys);
      const isKey = ({ elems }: RelativeLeaf) => elems.at(-2)?.keys[0]?.[0] === elems.at(-1)?.name;
      const given = withKeys ? leaves : leaves.filter((it) => !isKey(it));
      // Without its key leaf an entry that has nothing else is not in the set at all.
      const isGiven = (it: RelativeLeaf) =>
        !isKey(it) || given.some(({ elems }) => isUnder(elems, it.elems.slice(0, -1)));
      const { json, conflicts } = buildJson(given, { flavour: 'json' });
      const expansion = expandValue(
        rootPath,
        { $case: 'jsonVal', value: printJson(json) },
        {
          maxDepth: 64,
          listKeys: (list) => {
            const key = keys.get(printPath(list));
            return key === undefined ? undefined : [key];
          },
        },
      );
      expect(conflicts).toEqual([]);
      expect(expansion.faults).toEqual([]);
      expect(lines(expansion.leaves)).toEqual(
        lines(leaves.filter(isGiven).map(({ elems, value }) => ({ path: pathOf(elems), value }))),
      );
    }),
    { numRuns: 500 },
  );
});

function isUnder(elems: readonly PathElem[], prefix: readonly PathElem[]): boolean {
  return isPrefixOf(pathOf(prefix), pathOf(elems));
}
