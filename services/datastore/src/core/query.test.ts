import { parsePath } from '@syncline/gnmi/path-text.ts';
import { Encoding, GetRequest_DataType, GetResponse } from '@syncline/proto/gnmi.ts';
import { expect, test } from 'vitest';
import { encodePath } from './path-wire.ts';
import type { Query } from './protocol.ts';
import { answerQuery } from './query.ts';
import { CoreFixture, notification, set } from './running.fixture.ts';

/** The notifications that answer a query under PROTO for one path, and whatever else is given. */
function ask(core: CoreFixture, path: string, rest: Partial<Query> = {}, getBytes = 1 << 20) {
  const paths = [encodePath(parsePath(path))];
  const query: Query = { paths, type: 0, encoding: Encoding.PROTO, target: '', depth: 0, ...rest };
  return GetResponse.decode(answerQuery(query, core.running.leaves, getBytes)).notification;
}

const names = (found: ReturnType<typeof ask>) =>
  found.flatMap(({ update }) => update.map(({ path }) => path?.elem.map(({ name }) => name).join('/')));

test('each path is a notification with the time of its newest leaf, before 1970 too', () => {
  using core = new CoreFixture();
  core.tree(1, [
    notification([set('/a/x', 1)], [], { timestamp: -5n }),
    notification([set('/a/y', 1)], [], { timestamp: -7n }),
  ]);
  expect(ask(core, '/a').map(({ timestamp }) => timestamp)).toEqual([0n]);
  core.ingest(1, [notification([set('/a/y', 2)], [], { timestamp: 9n })]);
  const paths = ['/a', '/a/x'].map((path) => encodePath(parsePath(path)));
  expect(ask(core, '/', { paths }).map(({ timestamp }) => timestamp)).toEqual([9n, 0n]);
});

test('the type of data is told by the containers above a leaf', () => {
  using core = new CoreFixture();
  core.tree(1, [notification([set('/a/config/x', 1), set('/a/state/x', 1), set('/a/x', 1)])]);
  expect(names(ask(core, '/a', { type: GetRequest_DataType.CONFIG }))).toEqual(['a/config/x', 'a/x']);
  expect(names(ask(core, '/a', { type: GetRequest_DataType.STATE }))).toEqual(['a/state/x', 'a/x']);
});

test('depth counts levels below what the path names', () => {
  using core = new CoreFixture();
  core.tree(1, [notification([set('/a/x', 1), set('/a/b/x', 1)])]);
  expect(names(ask(core, '/a', { depth: 1 }))).toEqual(['a/x']);
});

test('an answer that would be too large is refused whole', () => {
  using core = new CoreFixture();
  core.tree(1, [notification([set('/a', 'x'.repeat(200))])]);
  expect(() => ask(core, '/', {}, 100)).toThrow('the answer takes more than 100 bytes');
});

test('leaves of a foreign origin are answered under it, and not under the default one', () => {
  const paths = ['/', 'cli:/'].map((path) => encodePath(parsePath(path)));
  using core = new CoreFixture({ syncs: [{ slot: 0, name: 'both', paths }] });
  core.tree(1, [notification([set('/a', 1), set('cli:/b', 1)])]);
  expect(names(ask(core, '/'))).toEqual(['a']);
  const [found] = ask(core, 'cli:/', { encoding: Encoding.JSON });
  expect(Buffer.from(found?.update[0]?.val?.value?.value as Uint8Array).toString()).toBe('{"b":1}');
});
