// A service with one method of each kind, and a server and client for it: what this package's tests talk to.

import { PassThrough } from 'node:stream';
import { systemClock } from '@syncline/runtime/clock.ts';
import { Liveness } from '@syncline/runtime/liveness.ts';
import { createLogger } from '@syncline/telemetry/logger.ts';
import { createMetrics } from '@syncline/telemetry/metrics.ts';
import type { Client, ServiceImplementation } from 'nice-grpc';
import { type Binding, implement } from './binding.ts';
import { type Connection, type ConnectOptions, connect, type DeadlineOption } from './connect.ts';
import { type RunningServer, type ServeOptions, serve } from './serve.ts';

/** A message that is its own text; a byte 0xff in it cannot be decoded, `!` cannot be encoded. */
export interface Text {
  text: string;
}

const Text = {
  encode({ text }: Text) {
    if (text === '!') throw new RangeError('! cannot be encoded');
    return { finish: () => Buffer.from(text) };
  },
  decode(bytes: Uint8Array): Text {
    if (bytes.includes(0xff)) throw new RangeError('0xff is no text');
    return { text: Buffer.from(bytes).toString() };
  },
};

const text = { requestType: Text, responseType: Text, options: {} };

/** `test.Echo`. */
export const EchoDefinition = {
  name: 'Echo',
  fullName: 'test.Echo',
  methods: {
    unary: { ...text, name: 'Unary', requestStream: false, responseStream: false },
    collect: { ...text, name: 'Collect', requestStream: true, responseStream: false },
    repeat: { ...text, name: 'Repeat', requestStream: false, responseStream: true },
    chat: { ...text, name: 'Chat', requestStream: true, responseStream: true },
  },
} as const;

export type EchoImplementation = ServiceImplementation<typeof EchoDefinition>;

/** Answers each method with what it was sent. */
export const echo: EchoImplementation = {
  unary: (request) => Promise.resolve(request),
  async collect(requests) {
    const texts: string[] = [];
    for await (const request of requests) texts.push(request.text);
    return { text: texts.join(' ') };
  },
  repeat: (request) => texts(...request.text.split(' ')),
  async *chat(requests) {
    yield* requests;
  },
};

/** A stream of messages. */
// oxlint-disable-next-line typescript/require-await -- a stream that never has to wait
export async function* texts(...words: string[]): AsyncGenerator<Text> {
  for (const word of words) yield { text: word };
}

/** A server, a client of it, and what the server logged. */
export interface EchoServer extends AsyncDisposable {
  readonly server: RunningServer;
  readonly address: string;
  readonly connection: Connection;
  readonly client: Client<typeof EchoDefinition, DeadlineOption>;
  readonly logs: () => Record<string, unknown>[];
  readonly metrics: () => Promise<string>;
  /** Begins the stop. */
  stop(): void;
}

/** What a test may change. */
export interface EchoOptions {
  readonly bindings?: readonly Binding[];
  readonly serve?: Partial<ServeOptions>;
  readonly connect?: Partial<ConnectOptions>;
}

/** Serves `handlers` over the echo service on a free port of 127.0.0.1 and connects to it. */
export async function startEcho(
  handlers: Partial<EchoImplementation> = {},
  options: EchoOptions = {},
): Promise<EchoServer> {
  const stop = new AbortController();
  const lines = new PassThrough();
  const metrics = createMetrics('test');
  const server = await serve({
    service: 'test',
    listen: { host: '127.0.0.1', port: 0 },
    admin: undefined,
    bindings: [implement(EchoDefinition, { ...echo, ...handlers }), ...(options.bindings ?? [])],
    stop: stop.signal,
    logger: createLogger({ service: 'test', instance: 'test', level: 'debug', destination: lines }),
    limits: { maxReceiveBytes: 1 << 20, drainMs: 1_000, defaultDeadlineMs: 5_000 },
    readiness: () => ({ ready: true }),
    liveness: new Liveness(systemClock),
    reflection: false,
    metrics,
    ...options.serve,
  });
  const address = `127.0.0.1:${server.port}`;
  const connection = connect(address, { security: { kind: 'plaintext' }, ...options.connect });
  const logged: Record<string, unknown>[] = [];
  lines.on('data', (line: Buffer) => logged.push(JSON.parse(line.toString()) as Record<string, unknown>));
  return {
    server,
    address,
    connection,
    client: connection.client(EchoDefinition),
    logs: () => logged,
    metrics: () => metrics.metrics(),
    stop: () => stop.abort(),
    async [Symbol.asyncDispose]() {
      connection[Symbol.dispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}
