import { readFileSync } from 'node:fs';
import { printPath } from '@syncline/gnmi/path-text.ts';
import type { Value } from '@syncline/gnmi/value.ts';
import { expect, test } from 'vitest';
import { ScriptError } from './problems.ts';
import { parseScript } from './script.ts';

const show = (value: Value) => [
  value.$case,
  value.value instanceof Uint8Array ? Buffer.from(value.value).toString() : value.value,
];
const leavesOf = (text: string) =>
  [...parseScript(text).leaves()].map(({ path, value }) => [printPath(path), ...show(value)]);

const problemsOf = (text: string) => {
  try {
    parseScript(text);
  } catch (error) {
    if (error instanceof ScriptError) return error.problems;
    throw error;
  }
  return [];
};

test('plain values have the type they look like, others are told', () => {
  expect(
    leavesOf(`
tree:
  /s: text
  /i: -5
  /big: 18446744073709551615
  /d: 1.5
  /b: true
  /u: { uint: 7 }
  /t: { string: 7 up }
  /f: { double: 3 }
  /x: { bytes: aGk= }
  /j: { json_ietf: '{"a":"1"}' }
  native:/l[k=v]: { ascii: text }
`),
  ).toEqual([
    ['/s', 'stringVal', 'text'],
    ['/i', 'intVal', -5n],
    ['/big', 'uintVal', 2n ** 64n - 1n],
    ['/d', 'doubleVal', 1.5],
    ['/b', 'boolVal', true],
    ['/u', 'uintVal', 7n],
    ['/t', 'stringVal', '7 up'],
    ['/f', 'doubleVal', 3],
    ['/x', 'bytesVal', 'hi'],
    ['/j', 'jsonIetfVal', '{"a":"1"}'],
    ['native:/l[k=v]', 'asciiVal', 'text'],
  ]);
});

test('a list is a leaf-list', () => {
  const [leaf] = parseScript('tree: { /a: [1, two, true] }').leaves();
  expect(leaf?.value).toMatchObject({
    $case: 'leaflistVal',
    value: { element: [{ value: { value: 1n } }, { value: { value: 'two' } }, { value: { value: true } }] },
  });
});

test('a fill makes many leaves that differ by a number', () => {
  const text = 'fill: [{ path: "/l[k=eth{n}]/v", count: 3, value: { uint: "{n}" } }]';
  expect(leavesOf(text)).toEqual([
    ['/l[k=eth0]/v', 'uintVal', 0n],
    ['/l[k=eth1]/v', 'uintVal', 1n],
    ['/l[k=eth2]/v', 'uintVal', 2n],
  ]);
});

test('steps say when and what', () => {
  const { steps } = parseScript(`
steps:
  - { at: 500ms, set: { /a: "round {n}" }, delete: [/b, /c] }
  - { at: 1.5s, every: 1s, times: 3, atomic: /d, set: { /d/x: 1 } }
  - { at: 1m, fault: { burst: { leaves: 10, per_notification: 2 } } }
  - { at: 2m, fault: { withhold_sync: } }
  - { at: 8760h, heal: true }
`);
  expect(steps.map(({ atMs, everyMs, times }) => [atMs, everyMs, times])).toEqual([
    [500, undefined, Number.POSITIVE_INFINITY],
    [1_500, 1_000, 3],
    [60_000, undefined, Number.POSITIVE_INFINITY],
    [120_000, undefined, Number.POSITIVE_INFINITY],
    [31_536_000_000, undefined, Number.POSITIVE_INFINITY],
  ]);
  expect(steps[0]?.deletes.map(printPath)).toEqual(['/b', '/c']);
  expect(steps[0]?.sets[0]?.value(4)).toEqual({ $case: 'stringVal', value: 'round 4' });
  expect(steps[2]?.fault).toEqual({ kind: 'burst', leaves: 10, updates: 10, perNotification: 2 });
  expect([steps[3]?.fault?.kind, steps[4]?.heal]).toEqual(['withhold_sync', true]);
});

test('every problem of a script is reported, with its line and place', () => {
  expect(
    problemsOf(`tree:
  /a[b: 1
  /c[d=*]: 2
  /e:
fill:
  - { path: /f, count: 0, value: 1 }
stepps: []
steps:
  - set: { /g: 1 }
  - { at: soon, fault: { explode: {} } }
  - { at: 1s, fault: { burst: { leaves: 0, size: 9 } } }
  - { at: 1s }
  - { at: 1s, fault: { partial_dump: { then: later } } }
`),
  ).toEqual([
    expect.stringMatching(/^line 2: tree\.\/a\[b: path .*column/),
    'line 3: tree./c[d=*]: path "/c[d=*]" has a wildcard',
    'line 4: tree./e: a leaf needs a value',
    'line 6: fill[0].path: {n} must stand for the number of the leaf',
    'line 6: fill[0].count: expected a whole number from 1 to 10000000',
    'line 7: stepps: there is no such key; known are models, tree, fill, steps',
    'line 9: steps[0]: at must say when',
    'line 10: steps[1].at: expected a duration such as 250ms, 2s or 1m, up to a year, found "soon"',
    expect.stringMatching(/^line 10: steps\[1\]\.fault: expected one of stall, cut/),
    'line 11: steps[2].fault.burst.leaves: expected a whole number from 1 to 1000000',
    'line 11: steps[2].fault.burst.size: this fault has no such field',
    'line 12: steps[3]: nothing happens; set, delete, atomic, fault or heal is needed',
    'line 13: steps[4].fault.partial_dump.then: expected one of cut, stall, sync',
    'line 13: steps[4].fault.partial_dump: then must be given',
  ]);
});

test.each([
  ['tree: [', /line 1: /],
  ['- 1', /line 1: expected a mapping/],
  ['tree: { /a: { uint: -1 } }', /tree\.\/a\.uint: expected a whole number from 0/],
  ['tree: { /a: { json: "{" } }', /tree\.\/a\.json: unreadable JSON/],
  ['tree: { /a: { uint: 1, int: 2 } }', /tree\.\/a: expected a value/],
  ['tree: { /: 1 }', /the root is no leaf/],
  ['steps: [{ at: 1s, every: 0s, heal: true }]', /every must be more than 0/],
  ['steps: [{ at: 8761h, heal: true }]', /expected a duration .*, up to a year, found "8761h"/],
])('%s is refused', (text, problem) => {
  expect(problemsOf(text).join('\n')).toMatch(problem);
});

test('an empty file is an empty tree', () => {
  expect([...parseScript('').leaves()]).toEqual([]);
});

test('the example that is shipped is a good script', () => {
  const example = new URL('../../../../deploy/examples/device-script.yaml', import.meta.url);
  expect(parseScript(readFileSync(example, 'utf8')).steps.length).toBeGreaterThan(0);
});
