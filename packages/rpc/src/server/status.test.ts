import { StoppedError } from '@syncline/runtime/stop-signal.ts';
import { ServerError, Status } from 'nice-grpc-common';
import { expect, test } from 'vitest';
import { CallEnded } from './call-ended.ts';
import { statusOf } from './status.ts';

const live = new AbortController().signal;
const expired = AbortSignal.abort(new CallEnded(Status.DEADLINE_EXCEEDED, 'deadline exceeded'));
const abortError = new DOMException('aborted', 'AbortError');

test.each([
  ['a ServerError', new ServerError(Status.ABORTED, 'conflict'), live, false, Status.ABORTED],
  ['the reason of the call', expired.reason as unknown, expired, false, Status.DEADLINE_EXCEEDED],
  ["the platform's abort of the call", abortError, expired, true, Status.DEADLINE_EXCEEDED],
  ['the stop of the service', new StoppedError('SIGTERM'), live, false, Status.UNAVAILABLE],
  ['an abort while the server stops', abortError, live, true, Status.UNAVAILABLE],
  ["an abort of the handler's own", abortError, live, false, Status.CANCELLED],
  ['anything else', new TypeError('of ours'), live, true, Status.INTERNAL],
  ['even a string', 'of ours', live, false, Status.INTERNAL],
])('%s has its status', (_, error, signal, stopping, code) => {
  const status = statusOf(error, signal, stopping);
  expect(status.code).toBe(code);
  expect(status.unexpected).toBe(code === Status.INTERNAL);
  expect(status.details).not.toContain('of ours');
});
