// syncline.datastore.v1: what an operator asks of a datastore, and what it says of itself.

import {
  DatastoreServiceDefinition,
  DatastoreStatus,
  type WatchStatusResponse,
} from '@syncline/proto/datastore.ts';
import { type Binding, implement } from '@syncline/rpc/binding.ts';
import { watchInterval } from '@syncline/rpc/watch-interval.ts';
import { type Clock, sleep } from '@syncline/runtime/clock.ts';
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
  const { datastores } = parts;
  return implement(DatastoreServiceDefinition, {
    status: ({ datastore }, { signal }) =>
      answered(async () => ({ status: await statusOf(parts, datastore, signal) })),
    watchStatus: ({ datastore, intervalMs }, { signal }) => watchStatus(parts, datastore, intervalMs, signal),
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

/** The state now, and again whenever it is another; ends with NOT_FOUND when the datastore is deleted. */
async function* watchStatus(
  parts: AdminParts,
  name: string,
  intervalMs: number,
  signal: AbortSignal,
): AsyncGenerator<WatchStatusResponse, void, undefined> {
  const everyMs = watchInterval(intervalMs);
  let told: Uint8Array = new Uint8Array(0);
  for (;;) {
    const status = await answered(() => statusOf(parts, name, signal));
    const encoded = DatastoreStatus.encode(status).finish();
    if (Buffer.compare(encoded, told) !== 0) yield { status };
    told = encoded;
    await sleep(parts.clock, everyMs, signal);
  }
}
