// The datastore: follows the state of gNMI devices and serves it over gNMI. See docs/datastore.md.

import { join } from 'node:path';
import { CreateDataStoreRequest, DataServerDefinition } from '@syncline/proto/data.ts';
import { DatastoreServiceDefinition } from '@syncline/proto/datastore.ts';
import { gNMIDefinition } from '@syncline/proto/gnmi.ts';
import { runConfigured } from '@syncline/rpc/run-configured.ts';
import { serve } from '@syncline/rpc/serve.ts';
import { dataFolder } from '@syncline/rpc/settings/data.ts';
import { authenticateOf } from '@syncline/rpc/settings/password.ts';
import { serverTlsOf } from '@syncline/rpc/settings/server-tls.ts';
import { AwakeClock } from '@syncline/runtime/awake-clock.ts';
import { systemClock as clock } from '@syncline/runtime/clock.ts';
import { Liveness } from '@syncline/runtime/liveness.ts';
import { systemRng as rng } from '@syncline/runtime/rng.ts';
import { aborted, type StopSignal } from '@syncline/runtime/stop-signal.ts';
import { StoreThread } from '@syncline/sqlite/store-thread.ts';
import type { Logger } from '@syncline/telemetry/logger.ts';
import { createMetrics } from '@syncline/telemetry/metrics.ts';
import { tracingEnabled } from '@syncline/telemetry/tracer.ts';
import type { CatalogStore } from './catalog/catalog-store.ts';
import { Datastores, firstEpoch } from './catalog/datastores.ts';
import {
  type Config,
  contradictions,
  datastoreSettings,
  lineSettings,
  mostWorkers,
  requestBounds,
  sessionSettings,
  settings,
  threadSettings,
} from './config.ts';
import { corePoints } from './core/failpoints.ts';
import { CoreHost } from './core/host.ts';
import { spawnCoreWorker } from './core/spawn.ts';
import { failpointsFor } from './failpoints.ts';
import { mainTick } from './main-tick.ts';
import { Fanout } from './northbound/fanout.ts';
import { northboundLimits } from './northbound/limits.ts';
import { readCreateRequest } from './service/create-request.ts';
import { dataServerBinding } from './service/data-server.ts';
import { datastoreAdminBinding } from './service/datastore-admin.ts';
import { registerDatastoreMetrics } from './service/datastore-metrics.ts';
import { gnmiBindings } from './service/gnmi.ts';
import { DeviceLine } from './session/device-line.ts';

await runConfigured(settings, contradictions, main, ({ drain }) => drain);

async function main(config: Config, stop: StopSignal, logger: Logger): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const awake = stack.use(new AwakeClock(clock));
  const liveness = new Liveness(awake);
  const traced = tracingEnabled();
  // Credentials of devices are kept in it.
  const directory = dataFolder(config.data, 'datastore', 0o700);
  stack.use(mainTick(config.failpoints));

  const catalog = stack.use(
    await StoreThread.open<CatalogStore>({
      entry: new URL('./catalog/catalog-worker.ts', import.meta.url),
      data: join(directory, 'catalog.db'),
      deadlineMs: config.catalogDeadline,
      onLost: (error) => stop.fail(error),
    }),
  );
  const workerData = { failpoints: failpointsFor(config.failpoints, corePoints), traced };
  const host = stack.use(
    new CoreHost({
      workers: mostWorkers(config),
      settings: threadSettings(config),
      spawn: () => spawnCoreWorker(workerData),
      clock: awake,
      rng,
      liveness,
      logger: logger.child({ component: 'core' }),
    }),
  );
  const limits = northboundLimits(config);
  const fanout = stack.use(new Fanout(host, limits, awake));
  host.subscribers = fanout;

  const bounds = requestBounds(config);
  const line = lineSettings(config);
  const datastores = stack.use(
    new Datastores(catalog, {
      host,
      settings: datastoreSettings(config),
      directory,
      epoch: firstEpoch(await catalog.call('countStart')),
      session: {
        clock,
        awake,
        rng,
        logger: logger.child({ component: 'session' }),
        host,
        hold: (datastore, go) => fanout.hold(datastore, go),
        openLine: (endpoint) => new DeviceLine(endpoint, line, awake),
        settings: sessionSettings(config),
        traced,
      },
      onDeleted: (datastore) => fanout.forget(datastore),
    }),
  );
  const { opened } = await datastores.restore((request) =>
    readCreateRequest(CreateDataStoreRequest.decode(request), bounds),
  );

  const counts = (datastore: number) => fanout.counts(datastore);
  const metrics = createMetrics('datastore');
  registerDatastoreMetrics(metrics, { datastores, counts, coreCrashes: () => host.crashes });
  const server = stack.use(
    await serve({
      service: 'datastore',
      listen: { host: config.host, port: config.port, tls: serverTlsOf(config) },
      admin: { host: config.host, port: config.adminPort },
      bindings: [
        ...gnmiBindings({ served: () => datastores.list(), core: host, fanout, limits, clock: awake }),
        dataServerBinding(datastores, bounds),
        datastoreAdminBinding({ datastores, counts, clock }),
      ],
      stop: stop.signal,
      logger,
      limits: {
        maxReceiveBytes: config.maxRequest,
        defaultDeadlineMs: config.defaultDeadline,
        drainMs: config.drain,
        unreadMs: config.slowConsumer,
        stallMs: config.watchStall,
        stallSetting: 'WATCH_STALL',
      },
      authenticate: authenticateOf(config),
      readiness: () => datastores.readiness(),
      liveness,
      reflection: config.reflection,
      metrics,
    }),
  );
  server.setServing(DataServerDefinition.fullName, true);
  server.setServing(DatastoreServiceDefinition.fullName, true);
  // Never rejects; it is cut short when the datastores are closed.
  void opened.then(() => server.setServing(gNMIDefinition.fullName, true));
  logger.info(
    { port: server.port, adminPort: server.adminPort, datastores: datastores.list().length },
    'serving',
  );
  await aborted(stop.signal);
}
