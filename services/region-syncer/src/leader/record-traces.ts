// The traces of single records: a span for each, from its heartbeat until it is on its way to a follower. Traced is what
// a store sends with a trace context, and one in so many of the other records.
// Invariant: the newest `most` traced records are remembered, for whoever is sent them; no span is open beyond them.

import { ROOT_CONTEXT, type Span, SpanKind, trace } from '@opentelemetry/api';
import { spanContextOf, traceparentOf } from '@syncline/telemetry/trace-context.ts';
import { tracer } from '@syncline/telemetry/tracer.ts';
import { indexText } from '../log/index.ts';
import { joined } from '../regions/uint64.ts';
import { type Heartbeat, traceparentIn } from '../wire/heartbeat.ts';

interface Remembered {
  readonly index: number;
  readonly traceparent: string;
  readonly span: Span;
  state: 'recorded' | 'durable' | 'ended';
}

const most = 64;

export class RecordTraces {
  readonly #every: number;
  /** Records until one is traced that did not ask for it. */
  #left: number;
  /** In the order of their indexes. */
  readonly #records: Remembered[] = [];
  #open = 0;

  /** Traces one in `every` of the records whose heartbeats have no trace context; with 0 none. */
  constructor(every: number) {
    this.#every = this.#left = every;
  }

  /** The heartbeat, read from `bytes`, has become the record `index`, which is not durable. */
  recorded(index: number, bytes: Uint8Array, heartbeat: Heartbeat): void {
    const isAsked = heartbeat.traceparentStop > heartbeat.traceparentStart;
    const origin = isAsked ? spanContextOf(traceparentIn(bytes, heartbeat)) : undefined;
    if (origin === undefined && !this.#isTurn()) return;
    const { region, leaderStoreLo, leaderStoreHi } = heartbeat;
    const span = tracer.startSpan(
      'region record',
      {
        kind: SpanKind.CONSUMER,
        attributes: {
          'syncline.index': indexText(index),
          'syncline.region': String(joined(region.idLo, region.idHi)),
          'syncline.store': String(joined(leaderStoreLo, leaderStoreHi)),
        },
      },
      origin === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, origin),
    );
    // Whoever began the trace may have decided that it is not kept.
    if (span.isRecording())
      this.#remember({ index, traceparent: traceparentOf(span.spanContext()), span, state: 'recorded' });
  }

  /** All records before `durable` are on disk, which is the end of their spans when nobody waits for them. */
  committed(durable: number, isAwaited: () => boolean): void {
    if (this.#open === 0) return;
    for (const record of this.#records) {
      if (record.state !== 'recorded' || record.index >= durable) continue;
      record.span.addEvent('durable');
      record.state = 'durable';
    }
    if (isAwaited()) return;
    for (const record of this.#records) if (record.state === 'durable') this.#end(record);
  }

  /** A frame with `count` records from `first` on is sent. Gives the trace context of the first that is traced, or ''. */
  sent(first: number, count: number): string {
    const newest = this.#records.at(-1);
    if (newest === undefined || newest.index < first) return '';
    let traceparent = '';
    for (const record of this.#records) {
      if (record.index < first || record.index >= first + count) continue;
      traceparent ||= record.traceparent;
      this.#end(record, 'sent');
    }
    return traceparent;
  }

  /** Ends all spans: nothing more is sent. */
  end(): void {
    for (const record of this.#records) this.#end(record);
  }

  /** Whether a record that did not ask for it is traced. */
  #isTurn(): boolean {
    if (this.#every === 0) return false;
    this.#left -= 1;
    if (this.#left > 0) return false;
    this.#left = this.#every;
    return true;
  }

  #remember(record: Remembered): void {
    this.#records.push(record);
    this.#open += 1;
    const oldest = this.#records.length > most ? this.#records.shift() : undefined;
    if (oldest !== undefined) this.#end(oldest);
  }

  #end(record: Remembered, event?: 'sent'): void {
    if (record.state === 'ended') return;
    if (event !== undefined) record.span.addEvent(event);
    record.span.end();
    record.state = 'ended';
    this.#open -= 1;
  }
}
