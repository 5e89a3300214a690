import { expect, test } from 'vitest';
import { limits, small } from './configuration.fixture.ts';
import { isTrench, matchesFlow, matchesInTrench, matchesStream } from './filter.ts';
import { parseConfiguration } from './parse.ts';

const { configuration } = parseConfiguration(small, limits);
const t = { name: 't' };
const any = { name: '' };
const namesOf = (found: readonly { readonly name: string }[]) => found.map(({ name }) => name);

test('a trench is watched by its exact name: an empty one is none', () => {
  expect(isTrench(t, configuration.trench)).toBe(true);
  expect(isTrench(any, configuration.trench)).toBe(false);
  expect(isTrench({ name: 'u' }, configuration.trench)).toBe(false);
});

test.each([
  ['a name and its trench', { name: 'a', trench: t }, ['a']],
  ['no name', { name: '', trench: t }, ['a', 'b']],
  ['no names at all', { name: '', trench: any }, ['a', 'b']],
  ['a name in any trench', { name: 'b', trench: any }, ['b']],
  ['another trench', { name: 'a', trench: { name: 'u' } }, []],
  ['a name that is not there', { name: 'c', trench: t }, []],
  ['no trench', { name: 'a', trench: undefined }, []],
])('conduits: %s', (_, filter, expected) => {
  expect(namesOf(configuration.conduits.filter((each) => matchesInTrench(filter, each)))).toEqual(expected);
  const vips = configuration.vips.filter((each) => matchesInTrench({ ...filter, name: '' }, each));
  expect(vips.length).toBe(filter.trench === undefined || filter.trench.name === 'u' ? 0 : 2);
});

test.each([
  ['of a conduit', { name: '', conduit: { name: 'a', trench: t } }, ['a1', 'a2']],
  ['of all conduits of a trench', { name: '', conduit: { name: '', trench: t } }, ['a1', 'a2', 'b1']],
  ['by name in any conduit', { name: 'b1', conduit: { name: '', trench: any } }, ['b1']],
  ['by name in another conduit', { name: 'b1', conduit: { name: 'a', trench: t } }, []],
  ['without a conduit', { name: '', conduit: undefined }, []],
  ['without a trench', { name: '', conduit: { name: 'a', trench: undefined } }, []],
])('streams: %s', (_, filter, expected) => {
  expect(namesOf(configuration.streams.filter((each) => matchesStream(filter, each)))).toEqual(expected);
});

test.each([
  ['of a conduit', { name: '', stream: { name: '', conduit: { name: 'b', trench: t } } }, ['f2']],
  ['of a stream', { name: '', stream: { name: 'a1', conduit: { name: '', trench: any } } }, ['f1']],
  ['by name', { name: 'f2', stream: { name: '', conduit: { name: '', trench: any } } }, ['f2']],
  ['without a stream', { name: 'f1', stream: undefined }, []],
  ['without a conduit', { name: '', stream: { name: 'a1', conduit: undefined } }, []],
])('flows: %s', (_, filter, expected) => {
  expect(namesOf(configuration.flows.filter((each) => matchesFlow(filter, each)))).toEqual(expected);
});
