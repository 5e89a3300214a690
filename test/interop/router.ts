// Our device as a small scripted router: a tree that the cases know, changed on command.

import { toProto } from '@syncline/gnmi/path-proto.ts';
import { parsePath } from '@syncline/gnmi/path-text.ts';
import { DeviceServiceDefinition } from '@syncline/proto/device.ts';
import type { TypedValue, Update } from '@syncline/proto/gnmi.ts';
import { connect } from '@syncline/rpc/connect.ts';
import { Metadata } from 'nice-grpc-common';
import type { CaseContext, ServiceSettings } from './context.ts';
import { accessOf, type Lock, lockSettings } from './lock.ts';

type Value = NonNullable<TypedValue['value']>;

/** Leaves by their path as text. */
export type Leaves = Readonly<Record<string, Value>>;

export const text = (value: string): Value => ({ $case: 'stringVal', value });
export const uint = (value: bigint): Value => ({ $case: 'uintVal', value });

const texts = (...items: readonly string[]): Value => ({
  $case: 'leaflistVal',
  value: { element: items.map((item) => ({ value: text(item) })) },
});

/** What the router holds at first: each kind of value, a list with two entries, and a key that needs escapes. */
export const routerTree: Leaves = {
  '/system/config/hostname': text('router-1'),
  '/system/state/boot-time': uint(18_446_744_073_709_551_615n),
  '/system/dns/config/search': texts('a.example', 'b.example'),
  '/interfaces/interface[name=eth0]/config/name': text('eth0'),
  '/interfaces/interface[name=eth0]/config/description': text('uplink'),
  '/interfaces/interface[name=eth0]/config/enabled': { $case: 'boolVal', value: true },
  '/interfaces/interface[name=eth0]/config/mtu': uint(1500n),
  '/interfaces/interface[name=eth0]/state/load': { $case: 'doubleVal', value: 0.25 },
  '/interfaces/interface[name=eth0]/state/offset': { $case: 'intVal', value: -7n },
  '/interfaces/interface[name=eth1]/config/name': text('eth1'),
  '/interfaces/interface[name=eth1]/config/description': text('spare'),
  '/routes/route[prefix=10.0.0.0/8]/config/name': text('ten'),
  '/routes/route[prefix=odd\\]\\\\/key]/config/name': text('odd'),
};

/** A running router. */
export interface Router {
  /** Of its gNMI server. */
  readonly address: string;
  readonly port: number;
  readonly leafCount: number;
  /**
   * Sets and removes in one notification, and resolves when it has been offered to the subscribers.
   * With `traceparent` the change belongs to that trace.
   */
  change(set: Leaves, remove?: readonly string[], traceparent?: string): Promise<void>;
}

/** Starts the router, behind `lock` where there is one, and gives it its tree. */
export async function startRouter(
  context: CaseContext,
  settings: ServiceSettings = {},
  lock?: Lock,
): Promise<Router> {
  const env = {
    SYNCLINE_DEVICE_MODE: 'script',
    ...(lock && lockSettings('device', lock)),
    ...settings.env,
  };
  const service = await context.startDevice({ ...settings, env });
  const connection = context.own(connect(service.address, { ...accessOf(lock), maxReceiveBytes: -1 }));
  const control = connection.client(DeviceServiceDefinition);
  const change: Router['change'] = async (set, remove = [], traceparent) => {
    const metadata = Metadata(traceparent === undefined ? {} : { traceparent });
    const notification = { update: updatesOf(set), delete: remove.map((path) => toProto(parsePath(path))) };
    await control.apply({ notification }, { metadata, signal: context.signal });
  };
  await change(routerTree);
  return { address: service.address, port: service.port, leafCount: Object.keys(routerTree).length, change };
}

function updatesOf(leaves: Leaves): Update[] {
  return Object.entries(leaves).map(([path, value]) => ({
    path: toProto(parsePath(path)),
    value: undefined,
    val: { value },
    duplicates: 0,
  }));
}
