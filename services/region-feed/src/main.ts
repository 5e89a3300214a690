// The region feed: simulated stores that tell a PD of their regions. See docs/region-feed.md.

import { runConfigured } from '@syncline/rpc/run-configured.ts';
import { serve } from '@syncline/rpc/serve.ts';
import { AwakeClock } from '@syncline/runtime/awake-clock.ts';
import { systemClock as clock } from '@syncline/runtime/clock.ts';
import { Liveness } from '@syncline/runtime/liveness.ts';
import { systemRng as rng } from '@syncline/runtime/rng.ts';
import { aborted, type StopSignal } from '@syncline/runtime/stop-signal.ts';
import { SupervisedLoop } from '@syncline/runtime/supervised-loop.ts';
import type { Logger } from '@syncline/telemetry/logger.ts';
import { createMetrics } from '@syncline/telemetry/metrics.ts';
import { tracingEnabled } from '@syncline/telemetry/tracer.ts';
import { type Config, contradictions, feedSettings, settings } from './config.ts';
import { zeroCounts } from './counts.ts';
import { Feed } from './feed.ts';
import { registerFeedMetrics } from './feed-metrics.ts';
import { HeartbeatTraces } from './pd/heartbeat-traces.ts';
import { readinessOf } from './readiness.ts';

await runConfigured(settings, contradictions, main);

async function main(config: Config, stop: StopSignal, logger: Logger): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const awake = stack.use(new AwakeClock(clock));
  const liveness = new Liveness(awake);
  const metrics = createMetrics('region-feed');
  const counts = zeroCounts();
  const traces = tracingEnabled() ? new HeartbeatTraces(config.traceEvery) : undefined;
  const feed = new Feed({ settings: feedSettings(config), clock, rng, logger, counts, traces });
  registerFeedMetrics(metrics, feed, counts);
  stack.use(new SupervisedLoop('feed', (watch, signal) => feed.follow(watch, signal), { liveness, stop }));

  const server = stack.use(
    await serve({
      service: 'region-feed',
      listen: { host: config.host, port: config.port },
      admin: { host: config.host, port: config.adminPort },
      bindings: [],
      stop: stop.signal,
      logger,
      // Only health and reflection are served, whose messages are short.
      limits: {
        maxReceiveBytes: 64 << 10,
        defaultDeadlineMs: config.requestDeadline,
        stallMs: config.watchStall,
        stallSetting: 'WATCH_STALL',
      },
      readiness: () => readinessOf(feed.state),
      liveness,
      reflection: config.reflection,
      metrics,
    }),
  );
  logger.info({ port: server.port, adminPort: server.adminPort, pd: config.pd }, 'serving');
  await aborted(stop.signal);
}
