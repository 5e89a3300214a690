// A service's gRPC server and its admin port, with one owner. It owns the grpc-js Server (see
// docs/decisions/0002-own-the-grpc-server.md) and its end: NOT_SERVING, streams end UNAVAILABLE, unary calls
// drain for a bounded time, then the rest is cut.

import { Server } from '@grpc/grpc-js';
import type { Logger } from '@syncline/telemetry/logger.ts';
import type { Metrics } from '@syncline/telemetry/metrics.ts';
import { composeServerMiddleware, type ServerMiddleware } from 'nice-grpc-common';
import type { Binding } from './binding.ts';
import { type LivenessSource, type Readiness, serveAdmin } from './server/admin.ts';
import { CallMetrics } from './server/call-metrics.ts';
import { loadServerCredentials, type ServerTls } from './server/credentials.ts';
import { Health } from './server/health.ts';
import { bind, hostPort } from './server/listen.ts';
import { type Authenticate, OpenCalls } from './server/open-calls.ts';
import { reflectionBindings } from './server/reflection.ts';
import { route } from './server/router.ts';
import { drain } from './server/shutdown.ts';

export type { LivenessSource, Readiness } from './server/admin.ts';
export type { ServerTls } from './server/credentials.ts';
export { PortTakenError } from './server/listen.ts';
export type { Authenticate } from './server/open-calls.ts';

export interface ListenAddress {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** The setting that moves the port, named when it is taken; default `SYNCLINE_<SERVICE>_PORT`. */
  readonly portSetting?: string;
}

export interface ServeLimits {
  /** Longest request message accepted, in bytes; longer ones get RESOURCE_EXHAUSTED. */
  readonly maxReceiveBytes: number;
  /** How long calls may go on after the stop before they are cut, in ms; 5000 by default. */
  readonly drainMs?: number;
  /** Deadline of unary calls that come without one, in ms. */
  readonly defaultDeadlineMs: number;
}

export interface ServeOptions {
  /** The service's name, e.g. 'datastore'. */
  readonly service: string;
  readonly listen: ListenAddress & {
    /** Path of a unix socket to serve on as well, without TLS. */
    readonly unixSocket?: string;
    readonly tls?: ServerTls;
  };
  /** The HTTP port for /livez, /readyz and /metrics; undefined serves none. */
  readonly admin: ListenAddress | undefined;
  readonly bindings: readonly Binding[];
  /** Begins the stop; disposing does too. */
  readonly stop: AbortSignal;
  readonly logger: Logger;
  readonly limits: ServeLimits;
  /** Refuses calls by throwing; health checks are not asked. */
  readonly authenticate?: Authenticate;
  readonly middleware?: readonly ServerMiddleware[];
  readonly readiness: () => Readiness;
  readonly liveness: LivenessSource;
  /** Describe the services to tools such as grpcurl. */
  readonly reflection: boolean;
  readonly metrics: Metrics;
}

/** A server that accepts calls. Disposing it begins the stop and resolves when the last call is gone. */
export interface RunningServer extends AsyncDisposable {
  readonly port: number;
  readonly adminPort: number | undefined;
  /** What health answers for a service; all are NOT_SERVING until told otherwise. */
  setServing(fullServiceName: string, serving: boolean): void;
}

/** Starts serving. Rejects with PortTakenError, TlsFilesError, or TypeError for a method nothing answers. */
export async function serve(options: ServeOptions): Promise<RunningServer> {
  const { service, listen, admin, limits, logger, stop } = options;
  const setting = (name: string) => `SYNCLINE_${service.toUpperCase().replaceAll('-', '_')}_${name}`;
  await using undo = new AsyncDisposableStack();

  const calls = new OpenCalls({
    logger,
    metrics: new CallMetrics(options.metrics),
    authenticate: options.authenticate,
  });
  const health = new Health(options.bindings.map((binding) => binding.service));
  const bindings = [
    ...options.bindings,
    health.binding,
    ...(options.reflection ? reflectionBindings(options.bindings) : []),
  ];

  const server = new Server({
    'grpc.max_receive_message_length': limits.maxReceiveBytes,
    'grpc.keepalive_time_ms': 30_000,
    'grpc.keepalive_timeout_ms': 20_000,
    'grpc.enable_channelz': 0,
  });
  undo.defer(() => server.forceShutdown());
  const middleware = options.middleware?.reduce((outer, inner) => composeServerMiddleware(outer, inner));
  route(server, bindings, { calls, middleware, defaultDeadlineMs: limits.defaultDeadlineMs });

  const credentials = loadServerCredentials(listen.tls);
  const portSetting = listen.portSetting ?? setting('PORT');
  const port = await bind(server, hostPort(listen.host, listen.port), credentials, portSetting);
  if (listen.unixSocket !== undefined) {
    await bind(server, `unix:${listen.unixSocket}`, loadServerCredentials(undefined), setting('UNIX_SOCKET'));
  }
  const adminServer =
    admin === undefined
      ? undefined
      : undo.use(
          await serveAdmin({
            ...options,
            host: admin.host,
            port: admin.port,
            setting: admin.portSetting ?? setting('ADMIN_PORT'),
          }),
        );

  let stopped: Promise<void> | undefined;
  const stopOnce = () => {
    stopped ??= drain({ server, calls, health, logger, drainMs: limits.drainMs ?? 5000 });
    return stopped;
  };
  const onStop = () => void stopOnce();
  stop.addEventListener('abort', onStop, { once: true });
  if (stop.aborted) onStop();
  const release = undo.move();
  return {
    port,
    adminPort: adminServer?.port,
    setServing: (name, serving) => health.set(name, serving),
    async [Symbol.asyncDispose]() {
      stop.removeEventListener('abort', onStop);
      await stopOnce();
      await release.disposeAsync();
    },
  };
}
