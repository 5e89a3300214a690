// A datastore process with clients for its services, following one device under the name r1.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fromProto, toProto } from '@syncline/gnmi/path-proto.ts';
import { parsePath, printPath } from '@syncline/gnmi/path-text.ts';
import { type CreateDataStoreRequest, DataServerDefinition, SyncMode } from '@syncline/proto/data.ts';
import {
  DatastoreServiceDefinition,
  type DatastoreStatus,
  type SyncStatus,
} from '@syncline/proto/datastore.ts';
import { Encoding, type GetResponse, gNMIDefinition } from '@syncline/proto/gnmi.ts';
import { type Connection, connect } from '@syncline/rpc/connect.ts';
import { type Service, startService } from '@syncline/testkit/service.ts';
import { until } from '@syncline/testkit/wait.ts';

/** The datastore's name, and what clients put into prefix.target. */
export const name = 'r1';

type Env = Readonly<Record<string, string>>;

/** A running datastore service. */
export class DatastoreUnderTest implements AsyncDisposable {
  readonly service: Service;
  readonly connection: Connection;

  constructor(service: Service) {
    this.service = service;
    this.connection = connect(service.address, {
      security: { kind: 'plaintext' },
      maxReceiveBytes: 64 << 20,
    });
  }

  static async start(env: Env = {}, dataDir?: string): Promise<DatastoreUnderTest> {
    return new DatastoreUnderTest(
      await startService({ service: 'datastore', env, ...(dataDir !== undefined && { dataDir }) }),
    );
  }

  /** Creates the datastore on the device at this port, with one sync of the whole tree unless told otherwise. */
  async follow(port: number, request: Partial<CreateDataStoreRequest> = {}): Promise<void> {
    await this.connection.client(DataServerDefinition).createDataStore({
      datastoreName: name,
      schema: { name: 'none', vendor: 'syncline', version: '1' },
      target: {
        type: 'gnmi',
        address: '127.0.0.1',
        port,
        protocolOptions: { $case: 'gnmiOpts', value: { encoding: 'PROTO' } },
      },
      sync: { config: [{ name: 'all', path: ['/'], mode: SyncMode.SM_ON_CHANGE }] },
      ...request,
    });
  }

  async status(): Promise<DatastoreStatus> {
    const { status } = await this.connection.client(DatastoreServiceDefinition).status({ datastore: name });
    if (status === undefined) throw new Error('Status answered without a status');
    return status;
  }

  /** The state of the first sync. */
  async sync(): Promise<SyncStatus> {
    const [sync] = (await this.status()).syncs;
    if (sync === undefined) throw new Error('the datastore has no sync');
    return sync;
  }

  /** Waits until the status is as wanted, and gives it. */
  becomes(
    describe: string,
    accept: (status: DatastoreStatus) => boolean,
    deadlineMs = 20_000,
  ): Promise<DatastoreStatus> {
    return until(() => this.status(), { deadlineMs, everyMs: 25, describe, accept });
  }

  synced(deadlineMs?: number): Promise<DatastoreStatus> {
    return this.becomes('the datastore being in sync', ({ synced }) => synced, deadlineMs);
  }

  /** Running as Get shows it: path text → value as text; nothing where nothing is. */
  async leaves(path = '/'): Promise<Map<string, string>> {
    return leavesOf(
      await this.connection.client(gNMIDefinition).get({
        prefix: { target: name },
        path: [toProto(parsePath(path))],
        encoding: Encoding.PROTO,
      }),
    );
  }

  /** The file that running is kept in. */
  get runningFile(): string {
    const below = readdirSync(this.service.dataDir, { recursive: true, encoding: 'utf8' });
    const file = below.find((entry) => entry.endsWith('running.db'));
    if (file === undefined) throw new Error(`no running.db in ${below.join(', ')}`);
    return join(this.service.dataDir, file);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.connection[Symbol.dispose]();
    await this.service[Symbol.asyncDispose]();
  }
}

function leavesOf(response: GetResponse): Map<string, string> {
  const leaves = new Map<string, string>();
  for (const { update } of response.notification)
    for (const { path, val } of update) {
      const value = val?.value?.value;
      leaves.set(
        printPath(fromProto(path)),
        value instanceof Uint8Array
          ? Buffer.from(value).toString()
          : String(value as bigint | string | boolean),
      );
    }
  return leaves;
}
