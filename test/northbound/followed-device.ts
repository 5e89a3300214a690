// A device in script mode, a datastore that is in sync with it, and subscribers of the datastore.

import { toProto } from '@syncline/gnmi/path-proto.ts';
import { parsePath } from '@syncline/gnmi/path-text.ts';
import { Encoding, SubscriptionList_Mode, SubscriptionMode } from '@syncline/proto/gnmi.ts';
import { type Connection, connect } from '@syncline/rpc/connect.ts';
import { GnmiReader } from '@syncline/testkit/gnmi-reader.ts';
import { until } from '@syncline/testkit/wait.ts';
import { DatastoreUnderTest, name } from '../datastore-under-test.ts';
import { DeviceUnderTest } from '../device/device-under-test.ts';

/** What is subscribed to. */
export type Subscribed = Parameters<typeof GnmiReader.subscribe>[1];

/** Everything of r1, as it changes, in PROTO. */
export const everything = {
  prefix: { target: name },
  mode: SubscriptionList_Mode.STREAM,
  encoding: Encoding.PROTO,
  subscription: [{ path: pathOf('/'), mode: SubscriptionMode.ON_CHANGE }],
} satisfies Subscribed;

export const once = { ...everything, mode: SubscriptionList_Mode.ONCE };
export const poll = { ...everything, mode: SubscriptionList_Mode.POLL };

/** A path on the wire. */
export function pathOf(text: string) {
  return toProto(parsePath(text));
}

export class FollowedDevice implements AsyncDisposable {
  readonly device: DeviceUnderTest;
  readonly datastore: DatastoreUnderTest;
  readonly #lines: Connection[] = [];

  constructor(device: DeviceUnderTest, datastore: DatastoreUnderTest) {
    this.device = device;
    this.datastore = datastore;
  }

  /** `leaves` are there from the beginning; `env` are settings of the datastore. */
  static async start(
    leaves: Readonly<Record<string, number | string>> = {},
    env: Readonly<Record<string, string>> = {},
  ): Promise<FollowedDevice> {
    const device = await DeviceUnderTest.start();
    const datastore = await DatastoreUnderTest.start(env);
    await device.apply(leaves);
    await datastore.follow(device.service.port);
    await datastore.synced();
    return new FollowedDevice(device, datastore);
  }

  /** Makes the device hold these leaves alone, and waits until the datastore does. */
  async reset(leaves: Readonly<Record<string, number | string>>): Promise<void> {
    await this.device.apply(leaves, '/');
    const wanted = Object.entries(leaves);
    await until(() => this.datastore.leaves(), {
      deadlineMs: 10_000,
      describe: 'the datastore holding what the device was reset to',
      accept: (held) =>
        held.size === wanted.length && wanted.every(([path, value]) => held.get(path) === String(value)),
    });
  }

  /** Subscribes, over the connection that the tests share. */
  subscribe(list: Subscribed): GnmiReader {
    return GnmiReader.subscribe(this.datastore.connection, list);
  }

  /** Opens a Subscribe without a first message. */
  reader(): GnmiReader {
    return new GnmiReader(this.datastore.connection);
  }

  /** A further connection to the datastore; it is closed with everything else. */
  line(): Connection {
    const line = connect(this.datastore.service.address, { security: { kind: 'plaintext' } });
    this.#lines.push(line);
    return line;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const line of this.#lines) line[Symbol.dispose]();
    await this.datastore[Symbol.asyncDispose]();
    await this.device[Symbol.asyncDispose]();
  }
}

/** The value at a path as text, undefined where no scalar or JSON is. */
export function valueAt(reader: GnmiReader, path: string): string | undefined {
  const value = reader.tree.get(path)?.value?.value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString();
  return typeof value === 'object' ? undefined : value?.toString();
}
