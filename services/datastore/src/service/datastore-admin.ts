// syncline.datastore.v1: what an operator asks of a datastore, and what it says of itself.

import { DatastoreServiceDefinition, DatastoreStatus } from '@syncline/proto/datastore.ts';
import { type Binding, implement } from '@syncline/rpc/binding.ts';
import { watchStatus } from '@syncline/rpc/watch-status.ts';
import type { Clock } from '@syncline/runtime/clock.ts';
import type { Datastores } from '../catalog/datastores.ts';
import type { NorthboundCounts } from '../northbound/counts.ts';
import { toDatastoreStatus } from './datastore-status.ts';
import { answered } from './status-of-error.ts';

/** What the admin service needs of the process. */
export interface AdminParts {
  readonly datastores: Datastores;
  /** The northbound side of a datastore, by its number. */
  readonly counts: (datastore: number) => NorthboundCounts;
  readonly clock: Clock;
}

/** Everything serve() needs for syncline.datastore.v1.DatastoreService. */
export function datastoreAdminBinding(parts: AdminParts): Binding {
  const { datastores, clock } = parts;
  const status = (datastore: string, signal: AbortSignal) =>
    answered(() => statusOf(parts, datastore, signal));
  return implement(DatastoreServiceDefinition, {
    status: async ({ datastore }, { signal }) => ({ status: await status(datastore, signal) }),
    // Ends with NOT_FOUND when the datastore is deleted.
    watchStatus: ({ datastore, intervalMs }, { signal }) =>
      watchStatus(DatastoreStatus, () => status(datastore, signal), intervalMs, clock, signal),
    resync: ({ datastore, sync }, { signal }) =>
      answered(async () => {
        const epochs = await datastores.get(datastore).resync(sync, signal);
        return { epochs: Object.fromEntries(Array.from(epochs, ([name, epoch]) => [name, BigInt(epoch)])) };
      }),
    pause: ({ datastore }) =>
      answered(async () => {
        await datastores.pause(datastore);
        return {};
      }),
    resume: ({ datastore }) =>
      answered(async () => {
        await datastores.resume(datastore);
        return {};
      }),
  });
}

async function statusOf(
  { datastores, counts }: AdminParts,
  name: string,
  signal: AbortSignal,
): Promise<DatastoreStatus> {
  const datastore = datastores.get(name);
  const view = await datastore.view(signal);
  return toDatastoreStatus(name, view, counts(datastore.number));
}
