import { expect, test } from 'vitest';
import { addressed, type ServedDatastore } from './target.ts';

const served = (...names: string[]): ServedDatastore[] =>
  names.map((name, number) => ({ number, name, models: [] }));

test('a target names a datastore and is repeated', () => {
  expect(addressed('r2', served('r1', 'r2'))).toMatchObject([{ datastore: { name: 'r2' }, target: 'r2' }]);
});

test('no target is enough while there is one datastore, and none is repeated', () => {
  expect(addressed('', served('r1'))).toMatchObject([{ datastore: { name: 'r1' }, target: '' }]);
});

test('no target is not enough for several', () => {
  expect(() => addressed('', served('r1', 'r2'))).toThrow(
    expect.objectContaining({
      code: 'INVALID_ARGUMENT',
      message: 'prefix.target: 2 datastores are served, name one: r1, r2',
    }),
  );
});

test('an unknown target is named in the error', () => {
  expect(() => addressed('nope', served('r1'))).toThrow(
    expect.objectContaining({
      code: 'NOT_FOUND',
      message: 'prefix.target "nope": there is no datastore of this name',
    }),
  );
});

test('* is every datastore, each with its own name', () => {
  expect(addressed('*', served('r1', 'r2')).map(({ target }) => target)).toEqual(['r1', 'r2']);
});

test('without a datastore there is nothing to find', () => {
  for (const target of ['', '*', 'r1']) {
    expect(() => addressed(target, [])).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
  }
});
