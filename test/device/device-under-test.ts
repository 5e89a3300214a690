// A device process with clients for its two services, as every test of it wants one.

import { toProto } from '@syncline/gnmi/path-proto.ts';
import { parsePath } from '@syncline/gnmi/path-text.ts';
import { DeviceServiceDefinition, type Fault } from '@syncline/proto/device.ts';
import { gNMIDefinition, type Notification } from '@syncline/proto/gnmi.ts';
import { type Connection, type ConnectOptions, connect, type DeadlineOption } from '@syncline/rpc/connect.ts';
import { GnmiReader } from '@syncline/testkit/gnmi-reader.ts';
import { type Service, startService } from '@syncline/testkit/service.ts';
import { until } from '@syncline/testkit/wait.ts';
import type { Client } from 'nice-grpc';
import { type Subscribing, subscribeRequest } from './subscribing.ts';

type Leaves = Readonly<Record<string, number | string | boolean>>;

/** A running device, driven over the wire. */
export class DeviceUnderTest implements AsyncDisposable {
  readonly service: Service;
  readonly connection: Connection;
  readonly gnmi: Client<typeof gNMIDefinition, DeadlineOption>;
  readonly control: Client<typeof DeviceServiceDefinition, DeadlineOption>;

  constructor(service: Service, options: Partial<ConnectOptions> = {}) {
    this.service = service;
    this.connection = connect(service.address, {
      security: { kind: 'plaintext' },
      maxReceiveBytes: 64 << 20,
      ...options,
    });
    this.gnmi = this.connection.client(gNMIDefinition);
    this.control = this.connection.client(DeviceServiceDefinition);
  }

  /** Starts a device in script mode, with an empty tree unless `env` names a script. */
  static async start(env: Readonly<Record<string, string>> = {}): Promise<DeviceUnderTest> {
    const service = await startService({
      service: 'device',
      env: { SYNCLINE_DEVICE_MODE: 'script', ...env },
    });
    return new DeviceUnderTest(service);
  }

  /** Opens a Subscribe. */
  subscribe(subscribing: Subscribing): GnmiReader {
    const reader = new GnmiReader(this.connection);
    reader.send(subscribeRequest(subscribing));
    return reader;
  }

  /** Sets leaves, and deletes, in one notification. */
  async apply(leaves: Leaves, ...deletes: readonly string[]): Promise<void> {
    await this.control.apply({ notification: notificationOf(leaves, deletes) });
  }

  async misbehave(kind: NonNullable<Fault['kind']>): Promise<void> {
    await this.control.misbehave({ fault: { kind } });
  }

  /** Waits until as many Subscribe calls are open. */
  async subscribers(count: number): Promise<void> {
    await until(async () => (await this.control.status({})).openSubscriptions, {
      deadlineMs: 10_000,
      describe: `${count} open subscriptions`,
      accept: (open) => open === count,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.connection[Symbol.dispose]();
    await this.service[Symbol.asyncDispose]();
  }
}

/** A notification that sets leaves: numbers as uint. */
export function notificationOf(leaves: Leaves, deletes: readonly string[] = []): Notification {
  return {
    timestamp: 0n,
    prefix: undefined,
    update: Object.entries(leaves).map(([path, value]) => ({
      path: toProto(parsePath(path)),
      value: undefined,
      val: {
        value:
          typeof value === 'number'
            ? { $case: 'uintVal', value: BigInt(value) }
            : typeof value === 'string'
              ? { $case: 'stringVal', value }
              : { $case: 'boolVal', value },
      },
      duplicates: 0,
    })),
    delete: deletes.map((path) => toProto(parsePath(path))),
    atomic: false,
  };
}
