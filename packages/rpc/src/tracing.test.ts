import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { recordSpans } from '@syncline/telemetry/span-recorder.ts';
import { tracer } from '@syncline/telemetry/tracer.ts';
import { ServerError, Status } from 'nice-grpc-common';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { rawBidi } from './binding.ts';
import { EchoDefinition, startEcho, texts } from './echo.fixture.ts';
import type { RawCall } from './raw-call.ts';

const recorder = await recordSpans();
afterAll(() => recorder[Symbol.asyncDispose]());

let seen = 0;
beforeEach(() => {
  seen = recorder.spans.length;
});
const spans = () => recorder.spans.slice(seen);
const named = (name: string, kind: SpanKind) =>
  spans().find((span) => span.name === name && span.kind === kind);

test('a unary call is one span on each side, and what the handler does is inside', async () => {
  await using echo = await startEcho({
    unary(request) {
      tracer.startSpan('store.read').end();
      return Promise.resolve(request);
    },
  });
  await echo.client.unary({ text: 'x' });
  const client = named('test.Echo/Unary', SpanKind.CLIENT);
  const server = named('test.Echo/Unary', SpanKind.SERVER);
  const inner = named('store.read', SpanKind.INTERNAL);
  expect(server).toMatchObject({
    traceId: client?.traceId,
    parentSpanId: client?.spanId,
    attributes: {
      'rpc.system': 'grpc',
      'rpc.service': 'test.Echo',
      'rpc.method': 'Unary',
      'rpc.grpc.status_code': 0,
    },
  });
  expect(inner).toMatchObject({ traceId: client?.traceId, parentSpanId: server?.spanId });
});

test('a call of several requests with one answer is one span on each side, too', async () => {
  await using echo = await startEcho();
  expect(await echo.client.collect(texts('a', 'b'))).toEqual({ text: 'a b' });
  const client = named('test.Echo/Collect', SpanKind.CLIENT);
  expect(named('test.Echo/Collect', SpanKind.SERVER)).toMatchObject({ parentSpanId: client?.spanId });
  expect(spans()).toHaveLength(2);
});

test("a fault of the server fails its span, an answer to the client's mistake does not", async () => {
  await using echo = await startEcho({
    unary({ text }) {
      throw text === 'bug' ? new TypeError('bug') : new ServerError(Status.NOT_FOUND, 'no such thing');
    },
  });
  await echo.client.unary({ text: 'bug' }).catch(() => {});
  await echo.client.unary({ text: '' }).catch(() => {});
  const servers = spans().filter((span) => span.kind === SpanKind.SERVER);
  expect(servers.map((span) => [span.attributes['rpc.grpc.status_code'], span.status.code])).toEqual([
    [Status.INTERNAL, SpanStatusCode.ERROR],
    [Status.NOT_FOUND, SpanStatusCode.UNSET],
  ]);
});

test('a stream leaves short open spans on both sides, also when it is cancelled', async () => {
  const finalised = Promise.withResolvers<void>();
  await using echo = await startEcho({
    async *chat(requests) {
      try {
        yield* requests;
      } finally {
        finalised.resolve();
      }
    },
  });
  for await (const _ of echo.client.chat(texts('a', 'b'))) {
    expect(named('test.Echo/Chat open', SpanKind.SERVER)).toBeDefined();
    break;
  }
  await finalised.promise;
  const client = named('test.Echo/Chat open', SpanKind.CLIENT);
  expect(named('test.Echo/Chat open', SpanKind.SERVER)).toMatchObject({ parentSpanId: client?.spanId });
  expect(spans()).toHaveLength(2);
});

test('a generator runs inside the trace of its caller, at every step', async () => {
  const inside: (string | undefined)[] = [];
  const note = () => inside.push(trace.getActiveSpan()?.spanContext().traceId);
  await using echo = await startEcho({
    async *repeat() {
      note();
      yield* texts('a');
      note();
      yield* texts('b');
      note();
    },
  });
  for await (const _ of echo.client.repeat({ text: '' }));
  const traceId = named('test.Echo/Repeat open', SpanKind.CLIENT)?.traceId;
  expect(inside).toEqual([traceId, traceId, traceId]);
});

test('a raw stream tells its handler the span of the caller', async () => {
  const opened = Promise.withResolvers<RawCall>();
  const chat = rawBidi(EchoDefinition, 'chat', (call) => {
    opened.resolve(call);
    call.end(Status.OK, '');
  });
  await using echo = await startEcho({}, { bindings: [chat] });
  const outer = tracer.startSpan('subscriber');
  const stream = context.with(trace.setSpan(context.active(), outer), () =>
    echo.connection.raw('/test.Echo/Chat'),
  );
  await new Promise((resolve) => stream.onEnd(resolve));
  outer.end();
  const client = named('test.Echo/Chat open', SpanKind.CLIENT);
  expect(client?.parentSpanId).toBe(outer.spanContext().spanId);
  expect((await opened.promise).trace).toEqual({
    traceId: client?.traceId,
    spanId: client?.spanId,
    traceFlags: 1,
    isRemote: true,
  });
  expect(named('test.Echo/Chat open', SpanKind.SERVER)?.parentSpanId).toBe(client?.spanId);
});
