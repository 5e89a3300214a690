// A gNMI target for measuring, as a process of its own: messages encoded beforehand, sent by one write for many.
// It knows nothing of paths asked for or modes: every Subscribe gets the whole tree, ON_CHANGE.

import { Encoding, gNMIDefinition } from '@syncline/proto/gnmi.ts';
import { implement, rawBidi } from '@syncline/rpc/binding.ts';
import { serve } from '@syncline/rpc/serve.ts';
import { systemClock } from '@syncline/runtime/clock.ts';
import { Liveness } from '@syncline/runtime/liveness.ts';
import { createLogger } from '@syncline/telemetry/logger.ts';
import { createMetrics } from '@syncline/telemetry/metrics.ts';
import { ServerError, Status } from 'nice-grpc-common';
import { Parent } from './child/parent.ts';
import { Device } from './target/device.ts';
import type { TargetOptions, TargetOrder, TargetReport } from './target/orders.ts';
import { Outlet } from './target/outlet.ts';
import { Rounds } from './target/rounds.ts';
import { LeafPaths } from './workload/leaf-paths.ts';

const parent = new Parent<TargetOptions, TargetOrder, TargetReport>();
const { leaves, perNotification } = parent.options;
const device = new Device(new Rounds(new LeafPaths(leaves), perNotification));
const refuse = () =>
  Promise.reject(new ServerError(Status.UNIMPLEMENTED, 'this target is for measuring Subscribe'));

const server = await serve({
  service: 'bench-target',
  listen: { host: '127.0.0.1', port: 0 },
  admin: undefined,
  bindings: [
    implement<typeof gNMIDefinition, 'subscribe'>(gNMIDefinition, {
      capabilities: () =>
        Promise.resolve({
          supportedModels: [],
          supportedEncodings: [Encoding.PROTO],
          gNMIVersion: '0.10.0',
          extension: [],
        }),
      get: refuse,
      set: refuse,
    }),
    rawBidi(gNMIDefinition, 'subscribe', (call) => {
      const outlet = new Outlet(call);
      call.onMessage(() => {
        parent.report({ kind: 'asked' });
        parent.guard(device.subscribe(outlet));
      });
    }),
  ],
  stop: new AbortController().signal, // this process is killed
  logger: createLogger({ service: 'bench-target', instance: 'bench', level: 'error' }),
  limits: { maxReceiveBytes: 4 << 20, drainMs: 100, defaultDeadlineMs: 10_000 },
  readiness: () => ({ ready: true }),
  liveness: new Liveness(systemClock),
  reflection: false,
  metrics: createMetrics('bench-target'),
});

parent.onOrder(async (order) => {
  switch (order.kind) {
    case 'release':
      return { kind: 'released', atMs: device.release() };
    case 'hold':
      device.hold();
      return { kind: 'held' };
    case 'flow':
      await device.flow(order.seconds);
      return { kind: 'sent', sent: device.sent };
    case 'pace':
      await device.pace(order.rate, order.seconds);
      return { kind: 'sent', sent: device.sent };
  }
});
parent.report({ kind: 'listening', port: server.port });
