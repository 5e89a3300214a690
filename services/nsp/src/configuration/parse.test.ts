// The file as a whole: its form, its names, and what leads nowhere.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { limits, problemsOf, small, trench } from './configuration.fixture.ts';
import { parseConfiguration } from './parse.ts';
import { printProblem } from './problem.ts';

test('the demo trench is well, and nothing of it is left out', () => {
  const text = readFileSync(new URL('../../../../deploy/examples/demo.yaml', import.meta.url), 'utf8');
  const { configuration, dangling } = parseConfiguration(text, limits);
  expect(dangling).toEqual([]);
  expect(configuration.streams.map(({ name, conduit: { name: of } }) => `${name}.${of}`)).toEqual([
    'web.edge',
    'dns.edge',
    'api.core',
  ]);
  expect(configuration.attractors[0]?.gateways.map(({ protocol }) => protocol)).toEqual(['bgp', 'static']);
});

test('a document in a string is the same as inline, in each way YAML writes strings', () => {
  const inline = 'trench: { name: t }\nvips: { items: [{ name: v, trench: t, address: 1.2.3.4/32 }] }\n';
  const strings = [
    'trench: "name: t"\nvips: |\n  items:\n  - name: v\n    trench: t\n    address: 1.2.3.4/32\n',
    "trench: 'name: t'\nvips: |-\n  items: [{ name: v, trench: t, address: 1.2.3.4/32 }]\n",
    'trench: |\n  name: t\nvips: "items: [{ name: v, trench: t, address: 1.2.3.4/32 }]"\nflows: ""\nstreams: |\n  items:\n',
  ];
  const { configuration } = parseConfiguration(inline, limits);
  for (const text of strings) expect(parseConfiguration(text, limits).configuration).toEqual(configuration);
});

test('an absent number of targets, and an empty one, are 100', () => {
  expect(parseConfiguration(small, limits).configuration.streams.map(({ maxTargets }) => maxTargets)).toEqual(
    [2, 100, 100],
  );
});

test('what leads nowhere is left out with all that needs it, and told', () => {
  const { configuration, dangling } = parseConfiguration(
    `trench: { name: t }
conduits:
  items:
    - { name: other, trench: elsewhere }
    - { name: c, trench: t, destination-port-nats: [{ port: 1, target-port: 2, protocol: tcp, vips: [nil, v] }] }
streams:
  items:
    - { name: s, conduit: c }
    - { name: lost, conduit: other }
flows:
  items:
    - { name: f, stream: s, vips: [v, nil] }
    - { name: lost, stream: lost, vips: [v] }
    - { name: none, vips: [v] }
vips:
  items:
    - { name: v, address: 20.0.0.1/32, trench: t }
attractors:
  items:
    - { name: a, trench: t, vips: [v, nil], gateways: [nil] }
`,
    limits,
  );
  expect(dangling.map(printProblem)).toEqual([
    'line 4: conduits.items[0].trench "elsewhere": no such trench, so this is left out',
    'line 5: conduits.items[1].destination-port-nats[0].vips[0] "nil": no such vip, so this is left out',
    'line 9: streams.items[1].conduit "other": no such conduit, so this is left out',
    'line 12: flows.items[0].vips[1] "nil": no such vip, so this is left out',
    'line 13: flows.items[1].stream "lost": no such stream, so this is left out',
    'line 14: flows.items[2].stream: names no stream; no such stream, so this is left out',
    'line 20: attractors.items[0].vips[1] "nil": no such vip, so this is left out',
    'line 20: attractors.items[0].gateways[0] "nil": no such gateway, so this is left out',
  ]);
  expect(configuration.flows.map(({ name, vips }) => [name, vips.map((each) => each.name)])).toEqual([
    ['f', ['v']],
  ]);
  expect(configuration.conduits.flatMap(({ destinationPortNats }) => destinationPortNats)).toMatchObject([
    { vips: [{ name: 'v' }] },
  ]);
});

test('a number, a true or a null where a name is wanted is taken as it is written', () => {
  const { configuration } = parseConfiguration(
    'trench: { name: 007 }\nvips: { items: [{ name: true, trench: 007, address: 1.2.3.4/32 }] }',
    limits,
  );
  expect(configuration).toMatchObject({ trench: { name: '007' }, vips: [{ name: 'true' }] });
  expect(problemsOf('trench: { name: }')).toEqual(['line 1: trench.name: the name is empty']);
});

test('all problems are told at once, in the order of the file', () => {
  const text = `trench: { name: t }
streams: |
  items:
  - name: s
    max-targets: 10001
    conduits: c
flows:
  items:
    - { name: f, priority: -1 }
`;
  expect(problemsOf(text)).toEqual([
    'line 5: streams.items[0].max-targets "10001": must be a whole number from 1 to 10000',
    'line 6: streams.items[0] "conduits": is no key here; did you mean conduit?',
    'line 9: flows.items[0].priority "-1": must be a whole number from 0 to 2147483647',
  ]);
});

test.each([
  ['an empty file', '', 'line 1: the file: must be a mapping of trench,'],
  ['a list', '- trench', 'line 1: the file: must be a mapping of trench,'],
  ['no YAML', 'trench: [', 'line 1: the file: Flow sequence'],
  ['a tab', 'trench:\n\tname: t', 'line 2: the file: Tabs are not allowed'],
  ['two documents', 'trench: { name: t }\n---\n{}', 'line 2: the file: is more than one document'],
  ['too many levels', `trench: ${'['.repeat(50_000)}`, 'line 1: the file: is nested too deeply'],
  ['no trench', 'flows: { items: [] }', 'line 1: trench: is missing'],
  ['a trench that is a list', 'trench: []', 'line 1: trench: must be a mapping of name'],
  ['a trench that is a number', 'trench: 5', 'line 1: trench "5": must be a mapping, or a string'],
  ['a name with a dot', 'trench: { name: a.b }', 'line 1: trench.name "a.b": a name has letters'],
  ['a key twice', 'trench: { name: t, name: u }', 'line 1: the file: Map keys must be unique'],
  [
    'an unknown key',
    `${trench}stream: {}`,
    'line 2: the file "stream": is no key here; did you mean streams?',
  ],
  ['a bad document in a string', `${trench}vips: |\n  items:\n   - [\n`, 'line 5: vips: Flow sequence'],
  ['items that are no list', `${trench}vips: { items: {} }`, 'line 2: vips.items: must be a list'],
  [
    'an item that is no mapping',
    `${trench}vips: { items: [v] }`,
    'line 2: vips.items[0] "v": must be a mapping',
  ],
  ['an alias', `${trench}vips:\n  items: &x []\nflows:\n  items: *x\n`, 'line 5: flows.items: is an alias'],
  [
    'a name twice',
    small.replace('name: a2', 'name: a1'),
    'line 9: streams.items[1].name "a1": is the name of line 8',
  ],
  ['no name', small.replace('name: f1, ', ''), 'line 17: flows.items[0].name: the name is empty'],
] as const)('%s is refused', (_, text, expected) => {
  expect(problemsOf(text).join('\n')).toContain(expected);
});

test('of many problems the message has the first twenty, and how many there are', () => {
  const items = Array.from({ length: 30 }, (_, n) => `    - { name: s${n}, max-targets: -1 }\n`).join('');
  expect(() => parseConfiguration(`${trench}streams:\n  items:\n${items}`, limits)).toThrow('and 10 more');
});
