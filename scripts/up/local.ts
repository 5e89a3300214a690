// The datastore `local`, which follows the device that was started with it.

import { DataServerDefinition } from '@syncline/proto/data.ts';
import { DatastoreServiceDefinition, type DatastoreStatus } from '@syncline/proto/datastore.ts';
import { type ClientIdentity, type Connection, connect } from '@syncline/rpc/connect.ts';
import { ClientError, Status } from 'nice-grpc-common';

/** Its name. */
export const localName = 'local';

type Env = Readonly<Record<string, string | undefined>>;

/** A connection to the datastore service with the credentials that its settings ask for. */
export function connectTo(port: number, env: Env): Connection {
  const { SYNCLINE_DATASTORE_USERNAME: username, SYNCLINE_DATASTORE_PASSWORD: password } = env;
  const identity: ClientIdentity =
    username === undefined || password === undefined
      ? { kind: 'none' }
      : { kind: 'password', username, password };
  return connect(`127.0.0.1:${port}`, { security: { kind: 'plaintext' }, identity });
}

/** Creates `local` unless it is there. One that follows a device on another port is created anew. */
export async function ensureLocal(
  connection: Connection,
  devicePort: number,
  env: Env,
  signal: AbortSignal,
): Promise<'created' | 'kept'> {
  const client = connection.client(DataServerDefinition);
  const known = await client.getDataStore({ datastoreName: localName }, { signal }).catch(absent);
  if (known?.target?.port === devicePort) return 'kept';
  if (known !== undefined) await client.deleteDataStore({ name: localName }, { signal });
  const { SYNCLINE_DEVICE_USERNAME: username = '', SYNCLINE_DEVICE_PASSWORD: password = '' } = env;
  const credentials = username === '' ? undefined : { username, password };
  await client.createDataStore(
    {
      datastoreName: localName,
      target: { type: 'gnmi', address: '127.0.0.1', port: devicePort, credentials },
    },
    { signal },
  );
  return 'created';
}

function absent(error: unknown): undefined {
  if (error instanceof ClientError && error.code === Status.NOT_FOUND) return undefined;
  throw error;
}

/** The status of `local` whenever it changes, until the signal aborts. */
export async function* watchLocal(
  connection: Connection,
  signal: AbortSignal,
): AsyncGenerator<DatastoreStatus, void, undefined> {
  const watched = connection
    .client(DatastoreServiceDefinition)
    .watchStatus({ datastore: localName, intervalMs: 250 }, { signal });
  for await (const { status } of watched) if (status !== undefined) yield status;
}
