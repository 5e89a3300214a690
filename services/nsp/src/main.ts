// The NSP: tells what a trench consists of, and keeps the registry of its targets. See docs/nsp.md.

import { join } from 'node:path';
import { NspAdminServiceDefinition } from '@syncline/proto/nsp-admin.ts';
import { ConfigurationManagerDefinition } from '@syncline/proto/nsp-configurationmanager.ts';
import { TargetRegistryDefinition } from '@syncline/proto/nsp-targetregistry.ts';
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
import { type Config, contradictions, settings } from './config.ts';
import { FileSource } from './configuration/file-source.ts';
import { LiveConfiguration } from './configuration/live-configuration.ts';
import { printProblem } from './configuration/problem.ts';
import { vipsOfTrench } from './configuration/vips-of-trench.ts';
import { Watchers } from './fanout/watchers.ts';
import { Registry } from './registry/registry.ts';
import { Answers } from './service/answers.ts';
import { ConfigurationLists, configurationManagerBinding } from './service/configuration-manager.ts';
import { nspAdminBinding } from './service/nsp-admin.ts';
import { refusalCounter, registerNspMetrics } from './service/nsp-metrics.ts';
import { readinessOf } from './service/readiness.ts';
import { TargetLists, targetRegistryBinding } from './service/target-registry.ts';
import { openNspStore } from './store/open-nsp-store.ts';

await runConfigured(settings, contradictions, main, ({ drain }) => drain);

async function main(config: Config, stop: StopSignal, logger: Logger): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const directory = dataFolder(config.data, 'nsp');
  const { synchronous, failpoints, storeDeadline } = config;
  // Half of what opening may take, so that who has the file is told before that is over.
  const busyTimeoutMs = Math.floor(storeDeadline / 2);
  const store = stack.use(
    await openNspStore(
      {
        file: join(directory, 'registry.db'),
        synchronous,
        diskBytes: config.disk,
        busyTimeoutMs,
        failpoints,
      },
      storeDeadline,
      (error) => stop.fail(error),
    ),
  );
  const awake = stack.use(new AwakeClock(clock));
  const liveness = new Liveness(awake);
  const watchers = new Watchers(clock, config.watchers);

  const registry = new Registry(
    {
      store: { commit: (changes) => store.call('commit', changes) },
      clock: awake,
      rng,
      limits: { targets: config.targets, targetsPerStream: config.targetsPerStream },
      lifeMs: config.entryTimeout,
      pending: config.pending,
      commitMs: storeDeadline,
      retry: { initialMs: config.storeRetry, maxMs: config.storeRetryMax },
      changed: (changes) => targetLists.refresh(changes),
      diskTurned: (err) =>
        err === undefined
          ? logger.info('the disk takes registrations again')
          : logger.warn({ err }, 'the disk refuses registrations'),
    },
    await store.call('targets'),
  );
  const targetLists = new TargetLists((filter) => registry.matching(filter));

  let vipsOf = vipsOfTrench(undefined);
  const live = new LiveConfiguration({
    source: new FileSource(config.configuration, config.configurationSize),
    clock,
    limits: { maxEntries: config.configurationEntries },
    settleMs: config.settle,
    pollMs: config.poll,
    deadlineMs: storeDeadline,
    keep: (text) => store.call('keepConfiguration', text),
    events: {
      taken(configuration, dangling, revision) {
        vipsOf = vipsOfTrench(configuration);
        configurationLists.refresh();
        for (const problem of dangling)
          logger.warn({ problem: printProblem(problem) }, 'left out of the configuration');
        logger.info({ revision, trench: configuration.trench.name }, 'configuration taken');
      },
      refused: (reason) => logger.error({ reason }, 'configuration refused'),
      keepFailed: (err) => logger.warn({ err }, 'configuration not kept'),
    },
  });
  const configurationLists = new ConfigurationLists(live);
  await live.load(await store.call('configuration'), stop.signal);

  const supervision = { liveness, stop };
  const commits = new SupervisedLoop('registry', (watch, signal) => registry.run(watch, signal), supervision);
  stack.defer(async () => {
    registry.end();
    await commits.ended;
  });
  stack.use(new SupervisedLoop('configuration', (watch, signal) => live.follow(watch, signal), supervision));

  const metrics = createMetrics('nsp');
  const parts = { live, registry, watchers };
  registerNspMetrics(metrics, parts);
  const answers = new Answers(refusalCounter(metrics));
  const server = stack.use(
    await serve({
      service: 'nsp',
      listen: { host: config.host, port: config.port, tls: serverTlsOf(config) },
      admin: { host: config.host, port: config.adminPort },
      bindings: [
        configurationManagerBinding({ lists: configurationLists, watchers, answers }),
        targetRegistryBinding({
          registry,
          lists: targetLists,
          watchers,
          vipsOf: (trench) => vipsOf(trench),
          answers,
        }),
        nspAdminBinding(parts, clock),
      ],
      stop: stop.signal,
      logger,
      limits: {
        maxReceiveBytes: config.maxRequest,
        defaultDeadlineMs: config.defaultDeadline,
        drainMs: config.drain,
        stallMs: config.stall,
      },
      readiness: () => readinessOf(parts),
      liveness,
      reflection: config.reflection,
      metrics,
    }),
  );
  const { port, adminPort } = server;
  for (const { fullName } of [
    ConfigurationManagerDefinition,
    TargetRegistryDefinition,
    NspAdminServiceDefinition,
  ])
    server.setServing(fullName, true);
  logger.info({ port, adminPort, targets: registry.counts, revision: live.revision }, 'serving');
  await aborted(stop.signal);
}
