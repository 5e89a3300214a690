// The small HTTP port beside gRPC: /livez, /readyz and /metrics. Live means "do not restart me",
// ready means "send me traffic"; a service that waits for its device is live and not ready.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
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
  const server = createServer((request, response) => void respond(request, response, options));
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
  // For as long as it serves: a connection that cannot be accepted is an 'error' as well, and ends nothing.
  server.on('error', (error: NodeJS.ErrnoException) => {
    reject(
      error.code === 'EADDRINUSE'
        ? new PortTakenError(hostPort(host, port), setting, { cause: error })
        : error,
    );
  });
  server.listen({ host, port }, resolve);
  return promise;
}

interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

// Never rejects: whatever is asked and whatever a source throws, the port answers and the process goes on.
async function respond(request: IncomingMessage, response: ServerResponse, options: AdminOptions) {
  const { status, contentType, body } = await answer(request, options).catch((error: unknown) =>
    json(500, { error: String(error) }),
  );
  response.writeHead(status, { 'content-type': contentType }).end(body);
}

async function answer({ method, url = '/' }: IncomingMessage, options: AdminOptions): Promise<Answer> {
  if (method !== 'GET' && method !== 'HEAD') return json(405, { error: 'GET only' });
  // Parses to nothing for a target that is no path, such as `//`.
  switch (URL.parse(url, 'http://admin')?.pathname ?? '') {
    case '/livez': {
      const report = options.liveness.report();
      return json(report.live ? 200 : 503, report);
    }
    case '/readyz': {
      const readiness = options.readiness();
      return json(readiness.ready ? 200 : 503, readiness);
    }
    case '/metrics': {
      const { metrics } = options;
      return { status: 200, contentType: metrics.contentType, body: await metrics.metrics() };
    }
    default:
      return json(404, { error: 'not found', paths: ['/livez', '/readyz', '/metrics'] });
  }
}

function json(status: number, body: object): Answer {
  return { status, contentType: 'application/json', body: `${JSON.stringify(body)}\n` };
}
