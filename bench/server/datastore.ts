// Ours: the datastore service with one datastore, as it is deployed, ledger, deletes and path matching included.

import { DataServerDefinition, SyncMode } from '@syncline/proto/data.ts';
import { DatastoreServiceDefinition, type DatastoreStatus } from '@syncline/proto/datastore.ts';
import { gNMIDefinition } from '@syncline/proto/gnmi.ts';
import { HealthCheckResponse_ServingStatus, HealthDefinition } from '@syncline/proto/health.ts';
import { connect } from '@syncline/rpc/connect.ts';
import { readMetric } from '@syncline/testkit/metrics.ts';
import { type Service, startService } from '@syncline/testkit/service.ts';
import { until } from '@syncline/testkit/wait.ts';
import { monotonicMs } from '../workload/stamp.ts';
import { type Contender, type Northbound, targetName } from './server.ts';

const reopenedMs = 60_000;

export class Datastore implements AsyncDisposable {
  readonly kind = 'ours';
  #service: Service;

  private constructor(service: Service) {
    this.#service = service;
  }

  /** Starts the service and creates the datastore on the target at `device`. */
  static async start(device: string): Promise<Datastore> {
    const datastore = new Datastore(await startService({ service: 'datastore' }));
    try {
      await datastore.#create(device);
      return datastore;
    } catch (error) {
      await datastore[Symbol.asyncDispose]();
      throw error;
    }
  }

  get northbound(): Northbound {
    return { address: this.#service.address, target: targetName, origin: '' };
  }

  get pid(): number {
    return this.#service.pid;
  }

  async status(): Promise<DatastoreStatus> {
    using connection = connect(this.#service.address, { security: { kind: 'plaintext' } });
    const { status } = await connection.client(DatastoreServiceDefinition).status({ datastore: targetName });
    if (status === undefined) throw new Error('Status answered without a status');
    return status;
  }

  /** Waits until the target's whole tree is committed; when it was, see monotonicMs. */
  async synced(deadlineMs: number): Promise<number> {
    const { syncs } = await until(() => this.status(), {
      deadlineMs,
      everyMs: 50,
      describe: 'the datastore being in sync',
      accept: ({ synced }) => synced,
    });
    const agoMs = performance.timeOrigin + performance.now() - Number(syncs[0]?.lastSyncNs ?? 0n) / 1e6;
    return monotonicMs() - agoMs;
  }

  /** The 99th percentile of the main thread's event-loop lag since this was asked last, in milliseconds. */
  async loopLagMs(): Promise<number> {
    return (await readMetric(this.#service.adminPort, 'event_loop_lag_seconds', { quantile: '0.99' })) * 1000;
  }

  /** Stops the process in its ordinary way. */
  async stop(): Promise<void> {
    await this.#service.stop();
  }

  /** Starts it again on the same data and port; what it had is served when this resolves. */
  async startAgain(): Promise<void> {
    this.#service = await this.#service.restart();
    using connection = connect(this.#service.address, { security: { kind: 'plaintext' } });
    const health = connection.client(HealthDefinition);
    await until(() => health.check({ service: gNMIDefinition.fullName }), {
      deadlineMs: reopenedMs,
      describe: 'the datastore serving what it had',
      accept: ({ status }) => status === HealthCheckResponse_ServingStatus.SERVING,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#service[Symbol.asyncDispose]();
  }

  async #create(device: string): Promise<void> {
    const [address = '', port = ''] = device.split(':');
    using connection = connect(this.#service.address, { security: { kind: 'plaintext' } });
    await connection.client(DataServerDefinition).createDataStore({
      datastoreName: targetName,
      schema: { name: 'none', vendor: 'syncline', version: '1' },
      target: {
        type: 'gnmi',
        address,
        port: Number(port),
        protocolOptions: { $case: 'gnmiOpts', value: { encoding: 'PROTO' } },
      },
      sync: { config: [{ name: 'all', path: ['/'], mode: SyncMode.SM_ON_CHANGE }] },
    });
  }
}

export const ours: Contender = { name: 'ours', start: (device) => Datastore.start(device) };
