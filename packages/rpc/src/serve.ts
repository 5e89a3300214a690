// A service's gRPC server and its admin port, with one owner. It owns the grpc-js Server (see
// docs/decisions/0002-own-the-grpc-server.md) and its end: NOT_SERVING, streams end UNAVAILABLE, unary calls
// drain for a bounded time, then the rest is cut.

import { Server, ServerCredentials, setLogger } from '@grpc/grpc-js';
import { AwakeClock } from '@syncline/runtime/awake-clock.ts';
import { systemClock } from '@syncline/runtime/clock.ts';
import type { Logger } from '@syncline/telemetry/logger.ts';
import { tracingEnabled } from '@syncline/telemetry/tracer.ts';
import type { Binding } from './binding.ts';
import type { RunningServer, ServeOptions } from './serve-options.ts';
import { serveAdmin } from './server/admin.ts';
import { CallMetrics } from './server/call-metrics.ts';
import { FileCredentials } from './server/credentials.ts';
import { Health } from './server/health.ts';
import { framedWritesWork } from './server/http2-probe.ts';
import { allowLeftStreams } from './server/left-streams.ts';
import { bind, hostPort } from './server/listen.ts';
import { OpenCalls } from './server/open-calls.ts';
import { reflectionBindings } from './server/reflection.ts';
import { route } from './server/router.ts';
import { drain } from './server/shutdown.ts';
import { tracing } from './server/tracing.ts';

export type { RunningServer, ServeOptions } from './serve-options.ts';
export type { LivenessSource, Readiness } from './server/admin.ts';
export type { ServerTls } from './server/credentials.ts';
export { PortTakenError } from './server/listen.ts';
export type { Authenticate } from './server/open-calls.ts';

/** Starts serving. Rejects with PortTakenError, PemError, or TypeError for methods that route() refuses. */
export async function serve(options: ServeOptions): Promise<RunningServer> {
  const { service, listen, limits, logger, stop } = options;
  const drainMs = limits.drainMs ?? 5_000;
  const setting = (name: string) => `SYNCLINE_${service.toUpperCase().replaceAll('-', '_')}_${name}`;
  await using undo = new AsyncDisposableStack();
  const awake = undo.use(new AwakeClock(systemClock));
  setLogger({ error: (message: string) => logger.warn({ message }, 'grpc-js complains') });

  // Channelz stays on: without it grpc-js 1.14 keeps no list of sessions and forceShutdown cuts none.
  const server = new Server({
    'grpc.max_receive_message_length': limits.maxReceiveBytes,
    'grpc.keepalive_time_ms': limits.pingMs ?? 30_000,
    'grpc.keepalive_timeout_ms': limits.pingTimeoutMs ?? 20_000,
  });
  undo.defer(() => server.forceShutdown());
  if (!allowLeftStreams(server)) logger.warn('grpc-js is not shaped as expected: Node bounds left streams');
  const calls = new OpenCalls({
    logger,
    metrics: new CallMetrics(options.metrics),
    authenticate: options.authenticate,
    statusDeliveryMs: drainMs,
    unreadMs: limits.unreadMs ?? 60_000,
    awake,
  });
  const health = new Health(options.bindings.map((binding) => binding.service));
  const reflection = options.reflection ? reflectionBindings(options.bindings) : [];
  const traced = tracingEnabled();
  route(server, [...options.bindings, health.binding, ...reflection], {
    calls,
    middleware: traced ? tracing : undefined,
    defaultDeadlineMs: limits.defaultDeadlineMs,
    stall: {
      ms: limits.stallMs ?? 30_000,
      setting: setting(limits.stallSetting ?? 'STALL'),
      clock: awake,
    },
    raw: { traced, direct: await directWrites(options.bindings, logger) },
  });

  const plaintext = ServerCredentials.createInsecure();
  const credentials =
    listen.tls === undefined ? plaintext : undo.use(new FileCredentials(listen.tls, logger));
  const port = await bind(server, hostPort(listen.host, listen.port), credentials, setting('PORT'));
  if (listen.unixSocket !== undefined) {
    await bind(server, `unix:${listen.unixSocket}`, plaintext, setting('UNIX_SOCKET'));
  }
  const admin =
    options.admin &&
    undo.use(
      await serveAdmin({
        ...options.admin,
        setting: setting('ADMIN_PORT'),
        liveness: options.liveness,
        readiness: () => (calls.stopping ? { ready: false, reason: 'stopping' } : options.readiness()),
        metrics: options.metrics,
      }),
    );

  let drained: Promise<void> | undefined;
  const drainOnce = () => {
    drained ??= drain({ server, calls, health, logger, drainMs });
    return drained;
  };
  const onStop = () => void drainOnce();
  stop.addEventListener('abort', onStop, { once: true });
  if (stop.aborted) onStop();
  const owned = undo.move();
  return {
    port,
    adminPort: admin?.port,
    setServing: (name, serving) => health.set(name, serving),
    async [Symbol.asyncDispose]() {
      stop.removeEventListener('abort', onStop);
      await drainOnce();
      await owned.disposeAsync();
    },
  };
}

async function directWrites(bindings: readonly Binding[], logger: Logger): Promise<boolean> {
  if (!bindings.some(({ methods }) => methods.some(({ kind }) => kind === 'raw'))) return false;
  const work = await framedWritesWork();
  if (!work) logger.warn('grpc-js is not shaped as expected: raw streams cost a write per message');
  return work;
}
