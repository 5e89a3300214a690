// A real Jaeger, in memory, and its query API: what it received, not what we believe we sent.

import { createServer } from 'node:net';
import { until } from '@syncline/testkit/wait.ts';
import type { CaseContext } from '../context.ts';

/** Jaeger opens these ports too and the cases need none of them: any free one on the loopback will do. */
const UNUSED_ENDPOINTS = [
  'admin.http.host-port',
  'collector.grpc-server.host-port',
  'collector.http-server.host-port',
  'http-server.host-port',
  'processor.jaeger-binary.server-host-port',
  'processor.jaeger-compact.server-host-port',
  'processor.zipkin-compact.server-host-port',
  'query.grpc-server.host-port',
  'collector.otlp.grpc.host-port',
];

/** A span as /api/traces gives it. Links come as references of the kind FOLLOWS_FROM. */
export interface Span {
  readonly traceID: string;
  readonly spanID: string;
  readonly operationName: string;
  /** Microseconds since 1970. */
  readonly startTime: number;
  readonly references: readonly Reference[];
  readonly tags: readonly { readonly key: string; readonly value: unknown }[];
  /** service.name of the process that made it. */
  readonly service: string;
}

export interface Reference {
  readonly refType: 'CHILD_OF' | 'FOLLOWS_FROM';
  readonly traceID: string;
  readonly spanID: string;
}

interface Trace {
  readonly spans: readonly (Omit<Span, 'service'> & { readonly processID: string })[];
  readonly processes: Readonly<Record<string, { readonly serviceName: string }>>;
}

/** A running Jaeger. */
export interface Jaeger {
  /** What makes a service export to it, on top of its other settings. */
  readonly env: Readonly<Record<string, string>>;
  /** Names of the services that it has spans of. */
  services(): Promise<readonly string[]>;
  /** All spans of the traces in which `service` takes part, at the most 1,000 traces. */
  spansOf(service: string): Promise<readonly Span[]>;
  /** The spans of one trace; none when it is unknown. */
  trace(traceId: string): Promise<readonly Span[]>;
}

/** Starts Jaeger all-in-one on ports of its own; its API answers when this resolves. */
export async function startJaeger(context: CaseContext): Promise<Jaeger> {
  const [otlp, query] = [await freePort(), await freePort()];
  await context.start('jaeger', [
    ...UNUSED_ENDPOINTS.map((name) => `--${name}=127.0.0.1:0`),
    `--collector.otlp.http.host-port=127.0.0.1:${otlp}`,
    `--query.http-server.host-port=127.0.0.1:${query}`,
    '--memory.max-traces=10000',
  ]);
  const ask = async <Data>(path: string): Promise<Data | null> => {
    const response = await fetch(`http://127.0.0.1:${query}${path}`, { signal: context.signal });
    if (response.status === 404) return null;
    if (!response.ok) throw new Error(`Jaeger answered ${response.status} to ${path}`);
    return ((await response.json()) as { data: Data | null }).data;
  };
  const services = async () => (await ask<string[]>('/api/services')) ?? [];
  await until(async () => (await services()).length >= 0, {
    deadlineMs: 20_000,
    describe: 'Jaeger answering',
  });
  return {
    env: {
      NODE_OPTIONS: '--import=@syncline/telemetry/register.ts',
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${otlp}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
      OTEL_BSP_SCHEDULE_DELAY: '200',
    },
    services,
    spansOf: async (service) =>
      (
        (await ask<Trace[]>(`/api/traces?service=${encodeURIComponent(service)}&limit=1000&lookback=1h`)) ??
        []
      ).flatMap(spansIn),
    trace: async (traceId) => ((await ask<Trace[]>(`/api/traces/${traceId}`)) ?? []).flatMap(spansIn),
  };
}

function spansIn({ spans, processes }: Trace): Span[] {
  return spans.map(({ processID, ...span }) => ({
    ...span,
    service: processes[processID]?.serviceName ?? '',
  }));
}

/** A port that was free a moment ago: Jaeger cannot say which ones it took. */
async function freePort(): Promise<number> {
  const server = createServer();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject).listen(0, '127.0.0.1', resolve);
  await promise;
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('the system gave no port');
  return address.port;
}
