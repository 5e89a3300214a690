import { StoreFaultError } from '@syncline/sqlite/store-fault.ts';
import { StoreDeadlineError } from '@syncline/sqlite/store-thread.ts';
import { ServerError, Status } from 'nice-grpc-common';
import { expect, test } from 'vitest';
import { answered } from './status-of-error.ts';

test.each([
  new StoreDeadlineError('insert', 15_000),
  // As it arrives from the catalog's thread: of an error only message and cause do.
  structuredClone(new StoreFaultError('create', 'disk-full', 'SQLITE_FULL', 'database or disk is full')),
])('a catalog that is late or refuses is UNAVAILABLE, in its words: $message', async (error) => {
  const refused = answered(() => Promise.reject(error));
  await expect(refused).rejects.toThrow(ServerError);
  await expect(refused).rejects.toMatchObject({ code: Status.UNAVAILABLE, details: error.message });
});

test('a fault of ours stays what it is', async () => {
  const fault = new TypeError('undefined is not a function');
  await expect(answered(() => Promise.reject(fault))).rejects.toBe(fault);
});
