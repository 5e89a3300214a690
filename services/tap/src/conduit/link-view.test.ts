import { expect, test } from 'vitest';
import { viewOf } from './link-view.ts';

const lost = { kind: 'lost', detail: 'the connection was deleted', snapshot: undefined } as const;

test('a connection that is lost says why, and why there is no other one yet', () => {
  expect(viewOf(lost, undefined)).toMatchObject({ state: 'down', detail: 'the connection was deleted' });
  expect(viewOf(lost, 'no bridge address').detail).toBe(
    'the connection was deleted, then: no bridge address',
  );
});
