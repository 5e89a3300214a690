// The proxy: connects targets to the conduits of a trench on one node. See docs/proxy.md.

import { join } from 'node:path';
import { connect } from '@syncline/rpc/connect.ts';
import { runConfigured } from '@syncline/rpc/run-configured.ts';
import { serve } from '@syncline/rpc/serve.ts';
import { neighbourSecurityOf } from '@syncline/rpc/settings/client-tls.ts';
import { dataFolder } from '@syncline/rpc/settings/data.ts';
import { serverTlsOf } from '@syncline/rpc/settings/server-tls.ts';
import { AwakeClock } from '@syncline/runtime/awake-clock.ts';
import { systemClock as clock } from '@syncline/runtime/clock.ts';
import { Liveness } from '@syncline/runtime/liveness.ts';
import { systemRng as rng } from '@syncline/runtime/rng.ts';
import { aborted, type StopSignal } from '@syncline/runtime/stop-signal.ts';
import type { Logger } from '@syncline/telemetry/logger.ts';
import { createMetrics } from '@syncline/telemetry/metrics.ts';
import { type Config, contradictions, proxySettings, settings } from './config.ts';
import { ipamClient } from './ipam/ipam-client.ts';
import { Proxy } from './proxy.ts';
import { registerProxyMetrics } from './proxy-metrics.ts';
import { readinessOf } from './readiness.ts';
import { monitorConnectionBinding } from './service/monitor-connection.ts';
import { networkServiceBinding } from './service/network-service.ts';
import { proxyAdminBinding } from './service/proxy-admin.ts';
import { bookOf, strangersIn } from './store/book-rows.ts';
import { bookStoreOn } from './store/book-store.ts';
import { openProxyStore } from './store/open-proxy-store.ts';

await runConfigured(settings, contradictions, main, ({ drain }) => drain);

async function main(config: Config, stop: StopSignal, logger: Logger): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const { trench, namespace, node, conduits, failpoints, synchronous, diskBytes } = config;
  // Half of what opening may take, so that who has the file is told before that is over.
  const busyTimeoutMs = Math.floor(config.storeDeadline / 2);
  const file = join(dataFolder(config.data, 'proxy'), 'proxy.db');
  const store = stack.use(
    await openProxyStore(
      { file, synchronous, diskBytes, busyTimeoutMs, failpoints },
      config.storeDeadline,
      (error) => stop.fail(error),
    ),
  );
  await store.call('settle', { trench, namespace, node });
  const rows = await store.call('load');
  const strangers = strangersIn(rows, conduits);
  if (strangers.length > 0)
    logger.warn({ conduits: strangers }, 'connections of conduits that are not served');

  const reconnect = { initialMs: config.retry, maxMs: config.retryMax };
  const ipam = stack.use(connect(config.ipam, { security: neighbourSecurityOf(config), reconnect }));
  const awake = stack.use(new AwakeClock(clock));
  const liveness = new Liveness(awake);
  const proxy = stack.use(
    new Proxy({
      settings: proxySettings(config),
      boot: bookOf(rows, conduits),
      store: bookStoreOn(store),
      ipam: ipamClient(ipam, config.ipamDeadline),
      clock,
      awake,
      rng,
      logger,
      liveness,
      stop,
    }),
  );
  const metrics = createMetrics('proxy');
  registerProxyMetrics(metrics, proxy);
  const bindings = [
    networkServiceBinding(proxy),
    monitorConnectionBinding(proxy.monitor),
    proxyAdminBinding(proxy),
  ];
  const server = stack.use(
    await serve({
      service: 'proxy',
      listen: { host: config.host, port: config.port, tls: serverTlsOf(config) },
      admin: { host: config.host, port: config.adminPort },
      bindings,
      stop: stop.signal,
      logger,
      limits: {
        maxReceiveBytes: config.maxRequest,
        defaultDeadlineMs: config.defaultDeadline,
        drainMs: config.drain,
        stallMs: config.stall,
      },
      readiness: () => readinessOf(proxy),
      liveness,
      reflection: config.reflection,
      metrics,
    }),
  );
  for (const { service } of bindings) server.setServing(service, true);
  const { port, adminPort } = server;
  logger.info({ port, adminPort, trench, node, conduits }, 'serving');
  await aborted(stop.signal);
}
