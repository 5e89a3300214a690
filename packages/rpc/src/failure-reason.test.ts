import { ClientError, Status } from 'nice-grpc-common';
import { expect, test } from 'vitest';
import { reasonOf } from './failure-reason.ts';

test.each([
  ['UNAVAILABLE: no connection', new ClientError('/a.B/C', Status.UNAVAILABLE, 'no connection')],
  [
    'UNAVAILABLE: Last error: read ECONNRESET.',
    new ClientError(
      '/a.B/C',
      Status.UNAVAILABLE,
      'Last error: read ECONNRESET (2026-01-02T03:04:05.678Z). Resolution note: ',
    ),
  ],
  ['INTERNAL: two lines', new ClientError('/a.B/C', Status.INTERNAL, 'two\n  lines')],
  ['no answer', new Error('no answer')],
  ['gone', 'gone'],
])('a failure in one line: %s', (reason, error) => {
  expect(reasonOf(error)).toBe(reason);
});
