import { Connection, MonitorScopeSelector, type PathSegment } from '@syncline/proto/connection.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { idOf, serviceOf } from '../world/request.fixture.ts';
import { about, selects } from './selector.ts';

type Hop = Partial<Pick<PathSegment, 'name' | 'id' | 'token'>>;
const selector = (networkServices: string[], ...pathSegments: Hop[]) =>
  MonitorScopeSelector.fromPartial({ networkServices, pathSegments });
const connection = Connection.fromPartial({
  networkService: serviceOf('edge'),
  path: {
    index: 1,
    pathSegments: [
      { name: 'tap', id: 'a', token: 't' },
      { name: 'proxy', id: 'edge:a' },
      { name: 'end', id: 'e' },
    ],
  },
});

test.each<readonly [MonitorScopeSelector, boolean]>([
  [selector([]), true],
  [selector([serviceOf('core'), serviceOf('edge')]), true],
  [selector([serviceOf('core')]), false],
  [selector([], { id: 'a' }), true],
  [selector([], { id: 'e' }), true],
  [selector([], { id: 'edge:a' }, { name: 'end' }), true],
  [selector([], { id: 'a' }, { id: 'e' }), false],
  [selector([], {}, {}, {}), true],
  [selector([], {}, {}, {}, {}), false],
  [selector([], { name: 'tap', id: 'a', token: 'u' }), false],
  [selector([serviceOf('edge')], { id: 'b' }), false],
  [selector([serviceOf('core')], { id: 'a' }), false],
])('%j selects it: %s', (selected, isSelected) => {
  expect(selects(selected, connection)).toBe(isSelected);
});

test('a connection without a path is selected by those alone who do not ask for a hop', () => {
  const pathless = Connection.fromPartial({ networkService: serviceOf('edge') });
  expect(selects(selector([serviceOf('edge')]), pathless)).toBe(true);
  expect(selects(selector([], {}), pathless)).toBe(false);
});

const hop = fc.record({ name: fc.constantFrom('', 'a', 'b'), id: fc.constantFrom('', '1', '2') });

test('every run of a path selects it, with any of its fields left out', () => {
  fc.assert(
    fc.property(
      fc.array(hop, { minLength: 1, maxLength: 5 }),
      fc.nat(4),
      fc.nat(4),
      fc.array(fc.boolean(), { minLength: 10, maxLength: 10 }),
      (hops, from, length, blank) => {
        const path = { index: 0, pathSegments: hops };
        const run = hops.slice(from, from + length).map(({ name, id }, nth) => ({
          name: blank[2 * nth] === true ? '' : name,
          id: blank[2 * nth + 1] === true ? '' : id,
        }));
        expect(selects(selector([], ...run), Connection.fromPartial({ path }))).toBe(true);
        expect(selects(selector([], ...run, { id: 'another' }), Connection.fromPartial({ path }))).toBe(
          false,
        );
      },
    ),
  );
});

test('what a watcher is about is what it names, or the conduit of a connection id, or everything', () => {
  const services = [serviceOf('edge'), serviceOf('core')];
  expect(about(selector([]), services)).toEqual(services);
  expect(about(selector([serviceOf('core'), 'other']), services)).toEqual([serviceOf('core')]);
  expect(about(selector(['other']), services)).toEqual([]);
  expect(about(selector([], { id: idOf('a', 'edge') }), services)).toEqual([serviceOf('edge')]);
  expect(about(selector([], { id: 'some-uuid' }), services)).toEqual(services);
});
