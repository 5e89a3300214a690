// For tests of a session's faults: a device's tree, and whether running is that tree.

import { until } from '@syncline/testkit/wait.ts';
import { expect } from 'vitest';
import type { DatastoreUnderTest } from '../datastore-under-test.ts';

/** Retries that a test can wait for. */
export const prompt: Readonly<Record<string, string>> = {
  SYNCLINE_DATASTORE_RETRY: '50ms',
  SYNCLINE_DATASTORE_RETRY_MAX: '500ms',
};

/** So many leaves of a device, by path. */
export function leavesOf(count: number): Record<string, number> {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`/list/entry[id=${i}]/value`, i]));
}

/** Waits until running is exactly these leaves, and none is pending, dropped or quarantined. */
export async function expectTree(
  datastore: DatastoreUnderTest,
  leaves: Readonly<Record<string, unknown>>,
): Promise<void> {
  const wanted = new Map(Object.entries(leaves).map(([path, value]) => [path, String(value)]));
  const found = await until(() => datastore.leaves(), {
    deadlineMs: 10_000,
    describe: `${wanted.size} leaves in running`,
    accept: (now) =>
      now.size === wanted.size && [...wanted].every(([path, value]) => now.get(path) === value),
  });
  expect(found).toEqual(wanted);
  expect((await datastore.sync()).ledger).toMatchObject({ pending: 0n, dropped: 0n, quarantined: 0n });
}
