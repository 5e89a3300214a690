// Traces as a real Jaeger shows them: one change on the device, followed through both processes to a subscriber.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { until } from '@syncline/testkit/wait.ts';
import type { InteropCase } from '../case.ts';
import { startDatastore } from '../datastore.ts';
import { type Jaeger, type Span, startJaeger } from '../jaeger/jaeger.ts';
import { startRouter, uint } from '../router.ts';
import { sink } from '../sink.ts';

const MTU = '/interfaces/interface[name=eth0]/config/mtu';

/** The stages of a change in the datastore, by the name of the span that each leaves. */
const STAGES = { ingest: /ingest/, commit: /window|commit/, send: /northbound/ };

const traceparentOf = (traceId: string): string => `00-${traceId}-${randomBytes(8).toString('hex')}-01`;

const newTraceId = (): string => randomBytes(16).toString('hex');

const idOf = ({ traceID, spanID }: { readonly traceID: string; readonly spanID: string }): string =>
  `${traceID}/${spanID}`;

/** Every span that hangs together with one of `from`, by parents and links in either direction. */
function connected(from: readonly Span[], all: readonly Span[]): Span[] {
  const neighbours = new Map<string, string[]>();
  const join = (a: string, b: string) => {
    neighbours.set(a, [...(neighbours.get(a) ?? []), b]);
    neighbours.set(b, [...(neighbours.get(b) ?? []), a]);
  };
  for (const span of all) for (const reference of span.references) join(idOf(span), idOf(reference));
  const reached = new Set(from.map(idOf));
  for (const id of reached) for (const next of neighbours.get(id) ?? []) reached.add(next);
  return all.filter((span) => reached.has(idOf(span)));
}

/** All spans of both services, each once. */
async function allSpans(jaeger: Jaeger): Promise<Span[]> {
  const found = new Map<string, Span>();
  for (const service of await jaeger.services()) {
    for (const span of await jaeger.spansOf(service)) found.set(idOf(span), span);
  }
  return [...found.values()];
}

export const cases: readonly InteropCase[] = [
  {
    name: 'Jaeger: a change on the device is linked through ingest, commit and send to a subscriber',
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

      await until(
        async () => {
          const all = await allSpans(jaeger);
          const together = connected(
            all.filter((span) => span.traceID === traceId),
            all,
          );
          const missing = Object.entries(STAGES).filter(
            ([, name]) =>
              !together.some((span) => /datastore/.test(span.service) && name.test(span.operationName)),
          );
          const device = together.some((span) => /device/.test(span.service));
          const seen = together.map((span) => `${span.service}: ${span.operationName}`);
          return { missing: missing.map(([stage]) => stage), device, seen };
        },
        {
          deadlineMs: 15_000,
          everyMs: 300,
          describe: 'the spans of the change being linked',
          accept: ({ missing, device }) => missing.length === 0 && device,
        },
      );
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
        deadlineMs: 15_000,
        everyMs: 300,
        describe: 'a Subscribe span in the trace that the client began',
        accept: (spans) => spans.some(({ operationName }) => /Subscribe/.test(operationName)),
      });
    },
  },
];
