import { Path } from '@syncline/proto/connection.ts';
import { expect, test } from 'vitest';
import { ownId, pathTo } from './path.ts';

const hop = { name: 'proxy', id: 'edge:a', expiresUnixMs: undefined };
const own = { name: 'proxy', id: 'edge:a', token: '', expires: undefined, metrics: {} };
const path = (index: number, ...names: string[]) =>
  Path.fromPartial({ index, pathSegments: names.map((name) => ({ name, id: `id of ${name}` })) });

test('the proxy is the hop behind its caller, and the last one', () => {
  expect(pathTo(path(0, 'tap'), hop)).toEqual({
    index: 1,
    pathSegments: [...path(0, 'tap').pathSegments, own],
  });
  expect(pathTo(path(1, 'tap', 'manager'), hop)).toMatchObject({ index: 2, pathSegments: { length: 3 } });
});

test('hops that an earlier answer had are left out, so a path does not grow', () => {
  const once = pathTo(path(0, 'tap'), hop);
  expect(pathTo({ ...once, index: 0 }, hop)).toEqual(once);
  expect(pathTo(path(0, 'tap', 'other', 'more'), hop)).toEqual(once);
});

test('a path that is at the proxy already stays there', () => {
  const once = pathTo(path(0, 'tap'), hop);
  expect(pathTo(once, hop)).toEqual(once);
});

test('a client that has the name of the proxy is a client all the same', () => {
  expect(pathTo(path(0, 'proxy'), hop)).toMatchObject({ index: 1, pathSegments: { length: 2 } });
});

test('an end is told in seconds and nanoseconds', () => {
  const { pathSegments } = pathTo(path(0, 'tap'), { ...hop, expiresUnixMs: 1_767_225_600_250 });
  expect(pathSegments[1]?.expires).toEqual({ seconds: 1_767_225_600n, nanos: 250_000_000 });
});

test('ids of different conduits or clients differ', () => {
  expect(ownId('a', 'b:c')).not.toBe(ownId('b', 'a:c'));
  expect(ownId('edge', 'a')).toBe('edge:a');
});
