// The small HTTP port beside gRPC: /livez, /readyz and /metrics. Live means "do not restart me",
// ready means "send me traffic"; a service that waits for its device is live and not ready.

import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Liveness } from '@syncline/runtime/liveness.ts';
import type { Metrics } from '@syncline/telemetry/metrics.ts';
import { hostPort, PortTakenError } from './listen.ts';

/** What answers /livez: the process's loops, none of which may be overdue. */
export type LivenessSource = Pick<Liveness, 'report'>;

export interface Readiness {
  readonly ready: boolean;
  readonly reason?: string;
}

export interface AdminOptions {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** Names the port's setting in errors. */
  readonly setting: string;
  readonly liveness: LivenessSource;
  readonly readiness: () => Readiness;
  readonly metrics: Metrics;
}

export interface AdminServer extends AsyncDisposable {
  readonly port: number;
}

/** Serves the admin port until disposed. Rejects with PortTakenError. */
export async function serveAdmin(options: AdminOptions): Promise<AdminServer> {
  const server = createServer((request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return json(response, 405, { error: 'GET only' });
    switch (new URL(request.url ?? '/', 'http://admin').pathname) {
      case '/livez': {
        const report = options.liveness.report();
        return json(response, report.live ? 200 : 503, report);
      }
      case '/readyz': {
        const readiness = options.readiness();
        return json(response, readiness.ready ? 200 : 503, readiness);
      }
      case '/metrics':
        return sendMetrics(response, options.metrics);
      default:
        return json(response, 404, { error: 'not found', paths: ['/livez', '/readyz', '/metrics'] });
    }
  });
  await listen(server, options);
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

function listen(server: Server, { host, port, setting }: AdminOptions): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', (error: NodeJS.ErrnoException) => {
    reject(
      error.code === 'EADDRINUSE'
        ? new PortTakenError(hostPort(host, port), setting, { cause: error })
        : error,
    );
  });
  server.listen({ host, port }, resolve);
  return promise;
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
}

function sendMetrics(response: ServerResponse, metrics: Metrics): void {
  metrics.metrics().then(
    (text) => response.writeHead(200, { 'content-type': metrics.contentType }).end(text),
    (error: unknown) => json(response, 500, { error: String(error) }),
  );
}
