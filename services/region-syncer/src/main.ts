// The region syncer: keeps region metadata in step between a leader and its followers. See docs/region-syncer.md.

import { join } from 'node:path';
import { setImmediate as othersTurn } from 'node:timers/promises';
import { PDDefinition } from '@syncline/proto/pdpb.ts';
import { RegionServiceDefinition } from '@syncline/proto/region.ts';
import { connect } from '@syncline/rpc/connect.ts';
import { runConfigured } from '@syncline/rpc/run-configured.ts';
import { type Readiness, serve } from '@syncline/rpc/serve.ts';
import { dataFolder } from '@syncline/rpc/settings/data.ts';
import { authenticateOf } from '@syncline/rpc/settings/password.ts';
import { serverTlsOf } from '@syncline/rpc/settings/server-tls.ts';
import { AwakeClock } from '@syncline/runtime/awake-clock.ts';
import { systemClock as clock } from '@syncline/runtime/clock.ts';
import { Liveness } from '@syncline/runtime/liveness.ts';
import { systemRng as rng } from '@syncline/runtime/rng.ts';
import { aborted, type StopSignal } from '@syncline/runtime/stop-signal.ts';
import type { Logger } from '@syncline/telemetry/logger.ts';
import { createMetrics } from '@syncline/telemetry/metrics.ts';
import { Identity, newClusterId } from './cluster/identity.ts';
import { advertisedUrls, type Config, contradictions, settings } from './config.ts';
import { collectSeldom } from './garbage.ts';
import { follow, lead } from './member.ts';
import { Replica } from './replica/replica.ts';
import { storeOn } from './replica/replica-store.ts';
import { LeaderLines } from './service/leader-lines.ts';
import { LoadingMember } from './service/loading-member.ts';
import { pdBindings } from './service/pd-bindings.ts';
import { registerRegionMetrics } from './service/region-metrics.ts';
import { regionServiceBinding } from './service/region-service.ts';
import { Serving } from './service/serving.ts';
import { replicaSettings, storeOptions } from './settings/copy.ts';
import { lineOptions } from './settings/following.ts';
import { openRegionStore } from './store/open-region-store.ts';

collectSeldom();
await runConfigured(settings, contradictions, main, ({ drain }) => drain);

async function main(config: Config, stop: StopSignal, logger: Logger): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const directory = dataFolder(config.data, 'region-syncer');
  const { failpoints, role } = config;
  const store = stack.use(
    await openRegionStore(
      { ...storeOptions(config, join(directory, 'regions.db')), failpoints },
      config.storeDeadline,
      (error) => stop.fail(error),
    ),
  );
  const { identity: kept } = await store.call('boot');
  const identity = new Identity(config, kept, store, rng);
  if (role === 'leader') await identity.settle(identity.clusterId || newClusterId(clock, rng));

  const replicaOptions = replicaSettings(config);
  const loading = new LoadingMember(role, identity, replicaOptions.regions);
  const serving = new Serving(loading, { scanBytes: config.scanSize, maxReplicas: config.maxReplicas });
  const lines = stack.use(new LeaderLines(serving, (address) => connect(address, lineOptions(config))));
  const metrics = createMetrics('region-syncer');
  registerRegionMetrics(metrics, serving, lines);
  const awake = stack.use(new AwakeClock(clock));
  const liveness = new Liveness(awake);
  const server = stack.use(
    await serve({
      service: 'region-syncer',
      listen: { host: config.host, port: config.port, tls: serverTlsOf(config) },
      admin: { host: config.host, port: config.adminPort },
      bindings: [...pdBindings(serving, lines), regionServiceBinding(serving, clock)],
      stop: stop.signal,
      logger,
      limits: {
        maxReceiveBytes: config.maxRequest,
        defaultDeadlineMs: config.defaultDeadline,
        drainMs: config.drain,
        stallMs: config.watchStall,
        stallSetting: 'WATCH_STALL',
        pingMs: config.ping,
        pingTimeoutMs: config.pingTimeout,
      },
      authenticate: authenticateOf(config),
      readiness: () => readiness(serving),
      liveness,
      reflection: config.reflection,
      metrics,
    }),
  );
  server.setServing(RegionServiceDefinition.fullName, true);
  const { port, adminPort } = server;
  const { clusterId, memberId, name } = identity;
  logger.info({ port, adminPort, role, name, clusterId, memberId }, 'serving');

  const replica = stack.use(
    await Replica.open(
      {
        store: storeOn(store),
        settings: replicaOptions,
        clock,
        rng,
        pause: () => othersTurn(),
        events: {
          loading: (progress) => loading.progress(progress),
          checkpointed: (index, regions, durationMs) =>
            logger.info({ index, regions, durationMs }, 'checkpoint'),
          checkpointFailed: (err) => logger.warn({ err }, 'checkpoint failed'),
          trimFailed: (err) => logger.warn({ err }, 'the log could not be trimmed'),
          broken: (error) => stop.fail(error),
        },
      },
      stop.signal,
    ),
  );
  logger.info({ regions: replica.regions.size, next: replica.next }, 'loaded');
  const parts = {
    config,
    store,
    identity,
    replica,
    clientUrls: advertisedUrls(config, port),
    awake,
    stop,
    liveness,
    logger,
  };
  stack.use(role === 'leader' ? await lead(parts, serving) : await follow(parts, serving));
  server.setServing(PDDefinition.fullName, true);
  await aborted(stop.signal);
  // Before the member and its copy end: calls that are under way work with them.
  await server[Symbol.asyncDispose]();
}

function readiness({ member }: Serving): Readiness {
  const { ready, reason } = member.freshness;
  return ready ? { ready } : { ready, reason };
}
