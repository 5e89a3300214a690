// Traces as a real Jaeger shows them: one change on the device, followed through both processes to a subscriber.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { until } from '@syncline/testkit/wait.ts';
import type { InteropCase } from '../case.ts';
import { startDatastore } from '../datastore.ts';
import { type Span, startJaeger } from '../jaeger/jaeger.ts';
import { allSpans, isLinked } from '../jaeger/links.ts';
import { startRouter, uint } from '../router.ts';
import { sink } from '../sink.ts';

const MTU = '/interfaces/interface[name=eth0]/config/mtu';
const SHOWN = { deadlineMs: 15_000, everyMs: 300 };

const traceparentOf = (traceId: string): string => `00-${traceId}-${randomBytes(8).toString('hex')}-01`;

const newTraceId = (): string => randomBytes(16).toString('hex');

/** The way of a change as far as it is linked, from the device's span to what was sent to a subscriber. */
function wayOf(traceId: string, spans: readonly Span[]): string[] {
  const of = (service: string, name: string, is: (span: Span) => boolean) =>
    spans.find((span) => span.service === service && span.operationName === name && is(span));
  const change = of('device', 'device change', (span) => span.traceID === traceId);
  const window = of('datastore', 'window', (span) => change !== undefined && isLinked(span, change));
  const ingest = of('datastore', 'ingest', (span) => window !== undefined && isLinked(window, span));
  const commit = of('datastore', 'commit', (span) => window !== undefined && isLinked(span, window));
  const send = of('datastore', 'northbound.send', (span) => commit !== undefined && isLinked(span, commit));
  return [change, ingest, window, commit, send].flatMap((span) => span?.operationName ?? []);
}

const WHOLE_WAY = ['device change', 'ingest', 'window', 'commit', 'northbound.send'];

export const cases: readonly InteropCase[] = [
  {
    name: 'Jaeger: a change on the device is linked through ingest, window and commit to what was sent',
    needs: ['jaeger', 'sink'],
    async run(context) {
      const jaeger = await startJaeger(context);
      const router = await startRouter(context, { env: jaeger.env });
      const datastore = await startDatastore(context, router.address, { env: jaeger.env });
      await datastore.synced();

      const subscriber = sink(context, datastore.address, {
        target: 'r1',
        path: MTU,
        count: '2',
        duration: '10s',
      });
      await datastore.becomes(
        'the subscriber being there',
        ({ northbound }) => northbound?.subscribers === 1,
      );
      const traceId = newTraceId();
      await router.change({ [MTU]: uint(9000n) }, [], traceparentOf(traceId));
      assert.equal((await subscriber).ended, 'count');

      await until(async () => wayOf(traceId, await allSpans(jaeger)), {
        ...SHOWN,
        describe: `${WHOLE_WAY.join(', ')} being linked`,
        accept: (way) => way.length === WHOLE_WAY.length,
      });
    },
  },
  {
    name: "Jaeger: the datastore's Subscribe and the device that answers it are one trace",
    needs: ['jaeger'],
    async run(context) {
      const jaeger = await startJaeger(context);
      const router = await startRouter(context, { env: jaeger.env });
      await (await startDatastore(context, router.address, { env: jaeger.env })).synced();
      await until(() => allSpans(jaeger), {
        ...SHOWN,
        describe: 'Subscribe on the device being a child of Subscribe in the datastore',
        accept: (spans) =>
          spans.some(
            (server) =>
              server.service === 'device' &&
              /Subscribe/.test(server.operationName) &&
              spans.some(
                (client) =>
                  client.service === 'datastore' &&
                  /Subscribe/.test(client.operationName) &&
                  client.traceID === server.traceID &&
                  server.references.some(({ spanID }) => spanID === client.spanID),
              ),
          ),
      });
    },
  },
  {
    name: 'Jaeger: what the datastore did last is there after it was stopped, from each of its threads',
    needs: ['jaeger'],
    async run(context) {
      const jaeger = await startJaeger(context);
      const router = await startRouter(context);
      // Nothing is exported before the end.
      const env = { ...jaeger.env, OTEL_BSP_SCHEDULE_DELAY: '60000' };
      const datastore = await startDatastore(context, router.address, { env });
      await datastore.synced();
      await datastore.stop();
      await until(() => jaeger.spansOf('datastore'), {
        ...SHOWN,
        describe: 'ingest of the main thread and commit of the core',
        accept: (spans) =>
          ['ingest', 'window', 'commit'].every((name) =>
            spans.some(({ operationName }) => operationName === name),
          ),
      });
    },
  },
  {
    name: 'Jaeger: the spans of a Subscribe that its client cancelled are there',
    needs: ['jaeger', 'sink'],
    async run(context) {
      const jaeger = await startJaeger(context);
      const router = await startRouter(context);
      const datastore = await startDatastore(context, router.address, { env: jaeger.env });
      await datastore.synced();
      const traceId = newTraceId();
      const seen = await sink(context, datastore.address, {
        target: 'r1',
        duration: '500ms',
        traceparent: traceparentOf(traceId),
      });
      assert.equal(seen.ended, 'duration');
      await until(() => jaeger.trace(traceId), {
        ...SHOWN,
        describe: 'a Subscribe span in the trace that the client began',
        accept: (spans) => spans.some(({ operationName }) => /Subscribe/.test(operationName)),
      });
    },
  },
];
