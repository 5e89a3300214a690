// A real Jaeger, in memory, and its query API: what it received, not what we believe we sent.

import { until } from '@syncline/testkit/wait.ts';
import type { CaseContext } from '../context.ts';
import { freePort } from '../free-port.ts';

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

const STARTS = 3;

/** Starts Jaeger all-in-one on ports of its own; its API answers when this resolves. */
export async function startJaeger(context: CaseContext): Promise<Jaeger> {
  for (let start = 1; start <= STARTS; start++) {
    const jaeger = await tryToStart(context);
    if (jaeger !== undefined) return jaeger;
  }
  throw new Error(`Jaeger ended ${STARTS} times instead of answering`);
}

/** Undefined when Jaeger ended at once, as it does when somebody has taken one of its ports in the meantime. */
async function tryToStart(context: CaseContext): Promise<Jaeger | undefined> {
  const [otlp, query] = [await freePort(), await freePort()];
  const program = await context.start('jaeger', [
    ...UNUSED_ENDPOINTS.map((name) => `--${name}=127.0.0.1:0`),
    `--collector.otlp.http.host-port=127.0.0.1:${otlp}`,
    `--query.http-server.host-port=127.0.0.1:${query}`,
    '--memory.max-traces=10000',
  ]);
  let ended = false;
  void program.exited.then(() => {
    ended = true;
  });
  const jaeger = jaegerAt(context, otlp, query);
  await until(async () => ended || (await jaeger.services()).length >= 0, {
    deadlineMs: 20_000,
    describe: 'Jaeger answering',
  });
  return ended ? undefined : jaeger;
}

function jaegerAt(context: CaseContext, otlp: number, query: number): Jaeger {
  const ask = async <Data>(path: string): Promise<readonly Data[]> => {
    const response = await fetch(`http://127.0.0.1:${query}${path}`, { signal: context.signal });
    if (response.status === 404) return [];
    if (!response.ok) throw new Error(`Jaeger answered ${response.status} to ${path}`);
    return ((await response.json()) as { data: Data[] | null }).data ?? [];
  };
  const spans = async (path: string) => (await ask<Trace>(path)).flatMap(spansIn);
  return {
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${otlp}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
      OTEL_BSP_SCHEDULE_DELAY: '200',
    },
    services: () => ask<string>('/api/services'),
    spansOf: (service) => spans(`/api/traces?service=${encodeURIComponent(service)}&limit=1000&lookback=1h`),
    trace: (traceId) => spans(`/api/traces/${traceId}`),
  };
}

function spansIn({ spans, processes }: Trace): Span[] {
  return spans.map(({ processID, ...span }) => ({
    ...span,
    service: processes[processID]?.serviceName ?? '',
  }));
}
