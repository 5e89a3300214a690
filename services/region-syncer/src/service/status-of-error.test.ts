import { StoreFaultError } from '@syncline/sqlite/store-fault.ts';
import { StoreDeadlineError } from '@syncline/sqlite/store-thread.ts';
import { ServerError, Status } from 'nice-grpc-common';
import { expect, test } from 'vitest';
import { MemberLoadingError, TooManyOrdersError, UnknownStreamError, WrongRoleError } from './member.ts';
import { answered } from './status-of-error.ts';

test.each([
  [new WrongRoleError('Drain', 'follower'), Status.FAILED_PRECONDITION],
  [new UnknownStreamError('f'), Status.NOT_FOUND],
  [new TooManyOrdersError('f', 64), Status.RESOURCE_EXHAUSTED],
  [new MemberLoadingError('half of it is read'), Status.UNAVAILABLE],
  [new StoreFaultError('write', 'disk-full', 'SQLITE_FULL', 'full'), Status.UNAVAILABLE],
  [new StoreDeadlineError('putStore', 5_000), Status.UNAVAILABLE],
])('%s leaves with its status', async (error, status) => {
  const left: unknown = await answered(() => Promise.reject(error)).catch((reason: unknown) => reason);
  expect(left instanceof ServerError && left.code).toBe(status);
  expect((left as Error).message).toContain(error.message);
});

test('what should never have been leaves as it is', async () => {
  const fault = new TypeError('undefined is not a function');
  await expect(answered(() => Promise.reject(fault))).rejects.toBe(fault);
});
