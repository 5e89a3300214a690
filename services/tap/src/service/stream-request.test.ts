import type { Stream } from '@syncline/proto/ambassador.ts';
import { MalformedError } from '@syncline/trench/malformed-error.ts';
import { MissingParentError } from '@syncline/trench/wire-name.ts';
import { expect, test } from 'vitest';
import { matchesFilter, requestedStream } from './stream-request.ts';

const a1 = { trench: 'trench-a', conduit: 'load-balancer-a1', stream: 'stream-a1' };

function message(name: string, conduit?: string, trench?: string): Stream {
  const trenchMessage = trench === undefined ? undefined : { name: trench };
  return { name, conduit: conduit === undefined ? undefined : { name: conduit, trench: trenchMessage } };
}

test('a stream is read with the names of its conduit and trench', () => {
  expect(requestedStream(message('stream-a1', 'load-balancer-a1', 'trench-a'))).toEqual(a1);
});

test("a missing parent is refused in upstream's words", () => {
  expect(() => requestedStream(message('s'))).toThrow(new MissingParentError('conduit'));
  expect(() => requestedStream(message('s', 'c'))).toThrow('trench cannot be nil');
});

test('an empty name, and one that no network service could have, is refused and named', () => {
  expect(() => requestedStream(message('', 'c', 't'))).toThrow('stream name "": the name is empty');
  expect(() => requestedStream(message('s', '', 't'))).toThrow('conduit name "": the name is empty');
  expect(() => requestedStream(message('s', 'c', ''))).toThrow('trench name "": the name is empty');
  for (const name of ['a.b', 'a b', '-a', 'x'.repeat(64), 'ü'])
    expect(() => requestedStream(message('s', name, 't')), name).toThrow(MalformedError);
});

test('what a filter leaves out matches all; what it names must be the same', () => {
  for (const filter of [
    message(''),
    message('stream-a1'),
    message('', 'load-balancer-a1'),
    message('', '', 'trench-a'),
    message('stream-a1', 'load-balancer-a1', 'trench-a'),
  ])
    expect(matchesFilter(filter, a1), JSON.stringify(filter)).toBe(true);
  for (const filter of [message('stream-a2'), message('', 'load-balancer-b1'), message('', '', 'trench-b')])
    expect(matchesFilter(filter, a1), JSON.stringify(filter)).toBe(false);
});
