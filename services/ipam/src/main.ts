// The ipam: gives out the addresses of a trench. See docs/ipam.md.

import { join } from 'node:path';
import { IpamAdminServiceDefinition } from '@syncline/proto/ipam-admin.ts';
import { IpamDefinition } from '@syncline/proto/ipam-v1.ts';
import { runConfigured } from '@syncline/rpc/run-configured.ts';
import { serve } from '@syncline/rpc/serve.ts';
import { dataFolder } from '@syncline/rpc/settings/data.ts';
import { serverTlsOf } from '@syncline/rpc/settings/server-tls.ts';
import { AwakeClock } from '@syncline/runtime/awake-clock.ts';
import { systemClock as clock } from '@syncline/runtime/clock.ts';
import { Liveness } from '@syncline/runtime/liveness.ts';
import { systemRng as rng } from '@syncline/runtime/rng.ts';
import { aborted, type StopSignal } from '@syncline/runtime/stop-signal.ts';
import { SupervisedLoop } from '@syncline/runtime/supervised-loop.ts';
import type { Logger } from '@syncline/telemetry/logger.ts';
import { createMetrics } from '@syncline/telemetry/metrics.ts';
import { Allocator } from './allocation/allocator.ts';
import { ConduitList } from './allocation/conduit-list.ts';
import { allocatorSettings, type Config, contradictions, settings } from './config.ts';
import { nspAt } from './nsp/follow-nsp.ts';
import { ipamAdminBinding } from './service/ipam-admin.ts';
import { registerIpamMetrics } from './service/ipam-metrics.ts';
import { ipamBinding } from './service/ipam-service.ts';
import { readinessOf } from './service/readiness.ts';
import { Refusals } from './service/refusals.ts';
import { openIpamStore } from './store/open-ipam-store.ts';
import { treeStoreOn } from './store/tree-store-on.ts';

await runConfigured(settings, contradictions, main, ({ drain }) => drain);

async function main(config: Config, stop: StopSignal, logger: Logger): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const directory = dataFolder(config.data, 'ipam');
  const store = stack.use(
    await openIpamStore(
      {
        file: join(directory, 'addresses.db'),
        diskBytes: config.disk,
        // Half of what opening may take, so that who has the file is told before that is over.
        busyTimeoutMs: Math.floor(config.storeDeadline / 2),
        failpoints: config.failpoints,
      },
      config.storeDeadline,
      (error) => stop.fail(error),
    ),
  );
  const allocatorOptions = allocatorSettings(config);
  await store.call('settle', Object.values(allocatorOptions.layouts));

  const awake = stack.use(new AwakeClock(clock));
  const waits = { maxWaiting: config.maxWaiting, waitMs: config.wait, stop: stop.signal };
  const list = new ConduitList(config.nsp === undefined ? 'first-use' : 'nsp', waits, clock);
  const allocator = await Allocator.open({
    store: treeStoreOn(store, config.loadPage),
    list,
    settings: allocatorOptions,
    clock: awake,
    rng,
    unplaced: (conduits) => logger.warn({ conduits }, 'conduits without a prefix'),
    diskTurned: (err) =>
      err === undefined
        ? logger.info('the disk takes allocations again')
        : logger.warn({ err }, 'the disk refuses allocations'),
  });
  const supervision = { liveness: new Liveness(awake), stop };
  stack.use(new SupervisedLoop('allocator', (watch, signal) => allocator.run(watch, signal), supervision));
  const nsp =
    config.nsp === undefined
      ? undefined
      : stack.use(
          nspAt(config.nsp, {
            config,
            take: (conduits) => allocator.configure(conduits),
            clock,
            rng,
            logger: logger.child({ component: 'nsp' }),
          }),
        );
  if (nsp !== undefined)
    stack.use(
      new SupervisedLoop('conduits', (watch, signal) => nsp.watch.follow(watch, signal), supervision),
    );

  const metrics = createMetrics('ipam');
  const refusals = new Refusals();
  registerIpamMetrics(metrics, { allocator, list, refusals, watch: nsp?.watch });
  const { families } = allocatorOptions;
  const { trench, maxName } = config;
  const server = stack.use(
    await serve({
      service: 'ipam',
      listen: { host: config.host, port: config.port, tls: serverTlsOf(config) },
      admin: { host: config.host, port: config.adminPort },
      bindings: [
        ipamBinding(allocator, { families, trench, maxName }, refusals),
        ipamAdminBinding({ allocator, list }, clock),
      ],
      stop: stop.signal,
      logger,
      limits: {
        maxReceiveBytes: config.maxRequest,
        defaultDeadlineMs: config.defaultDeadline,
        drainMs: config.drain,
        stallMs: config.stall,
      },
      readiness: () => readinessOf(allocator, nsp?.watch),
      liveness: supervision.liveness,
      reflection: config.reflection,
      metrics,
    }),
  );
  for (const { fullName } of [IpamDefinition, IpamAdminServiceDefinition]) server.setServing(fullName, true);
  const { port, adminPort } = server;
  logger.info({ port, adminPort, prefixes: allocator.holdings.tree.size }, 'serving');
  await aborted(stop.signal);
}
