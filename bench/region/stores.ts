// The stores of a cluster as one process: they join a leader, tell it of their regions, and change them.

import { connect } from 'node:http2';
import { Parent } from '../child/parent.ts';
import { layoutOf } from './layout.ts';
import { HeartbeatStream } from './store/heartbeat-stream.ts';
import { join } from './store/join.ts';
import type { StoresOptions, StoresOrder, StoresReport } from './store/orders.ts';
import { Population } from './store/population.ts';

const parent = new Parent<StoresOptions, StoresOrder, StoresReport>();
const { address, regions } = parent.options;
const layout = layoutOf(regions);
const fail = (error: Error) => parent.fail(error);

await join(address, layout);
const session = connect(`http://${address}`);
session.once('error', fail);
const streams = Array.from({ length: layout.stores }, () => new HeartbeatStream(session, fail));
const population = new Population(layout, streams);

parent.onOrder(async (order) => {
  switch (order.kind) {
    case 'report':
      return { kind: 'sent', sent: await population.report() };
    case 'change':
      return { kind: 'sent', sent: await population.change(order.count, order.change) };
    case 'pace':
      return { kind: 'sent', sent: await population.pace(order.rate, order.seconds, order.change) };
    case 'halt':
      population.halt();
      return { kind: 'halting' };
  }
});
parent.report({ kind: 'joined' });
