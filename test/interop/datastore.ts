// Our datastore, following one device under the name r1, and asked how far it is.

import { DataServerDefinition, SyncMode } from '@syncline/proto/data.ts';
import { DatastoreServiceDefinition, type DatastoreStatus } from '@syncline/proto/datastore.ts';
import { connect } from '@syncline/rpc/connect.ts';
import { until } from '@syncline/testkit/wait.ts';
import type { CaseContext, ServiceSettings } from './context.ts';
import { accessOf, type Lock, lockSettings } from './lock.ts';

/** The datastore's name, and what clients put into prefix.target. */
export const NAME = 'r1';

/** A running datastore service with one datastore. */
export interface Datastore {
  /** Of its gNMI server. */
  readonly address: string;
  readonly port: number;
  status(): Promise<DatastoreStatus>;
  /** Waits until the status is as wanted, and gives it. */
  becomes(describe: string, accept: (status: DatastoreStatus) => boolean): Promise<DatastoreStatus>;
  /** Waits until the whole tree of the device is committed. */
  synced(): Promise<DatastoreStatus>;
  /** Ends the service as an operator does, and resolves when the process is gone. */
  stop(): Promise<unknown>;
}

/**
 * Starts a datastore service and creates the datastore, on the gNMI target at `device` (host:port). With `lock` it is
 * locked, and its device has the same lock.
 */
export async function startDatastore(
  context: CaseContext,
  device: string,
  settings: ServiceSettings = {},
  lock?: Lock,
): Promise<Datastore> {
  const env = { ...(lock && lockSettings('datastore', lock)), ...settings.env };
  const service = await context.startDatastore({ ...settings, env });
  const connection = context.own(connect(service.address, accessOf(lock)));
  const [host = '', port = ''] = device.split(':');
  await connection.client(DataServerDefinition).createDataStore({
    datastoreName: NAME,
    schema: { name: 'none', vendor: 'syncline', version: '1' },
    target: {
      type: 'gnmi',
      address: host,
      port: Number(port),
      ...(lock && {
        tls: { ca: lock.ca },
        credentials: { username: lock.username, password: lock.password },
      }),
      protocolOptions: { $case: 'gnmiOpts', value: { encoding: 'PROTO' } },
    },
    sync: { config: [{ name: 'all', path: ['/'], mode: SyncMode.SM_ON_CHANGE }] },
  });

  const client = connection.client(DatastoreServiceDefinition);
  const status = async () => {
    const answer = await client.status({ datastore: NAME });
    if (answer.status === undefined) throw new Error('Status answered without a status');
    return answer.status;
  };
  const becomes: Datastore['becomes'] = (describe, accept) =>
    until(status, { deadlineMs: 20_000, everyMs: 50, describe, accept });
  return {
    address: service.address,
    port: service.port,
    status,
    becomes,
    synced: () => becomes('the datastore being in sync', ({ synced }) => synced),
    stop: () => service.stop(),
  };
}
