// Which heartbeats begin a trace: one in so many of those that tell of something that happened. What repeats is known
// makes no record, and has no way to be followed.

import { type Span, SpanKind } from '@opentelemetry/api';
import { tracer } from '@syncline/telemetry/tracer.ts';
import type { Kind } from '../counts.ts';
import type { Region } from '../world/region.ts';

export class HeartbeatTraces {
  readonly #every: number;
  #left: number;

  /** Traces one in `every`; with 0 none. */
  constructor(every: number) {
    this.#every = this.#left = every;
  }

  /** Begins the span of a heartbeat that is about to be sent; undefined when it is not one that is traced. */
  begin(region: Region, kind: Kind): Span | undefined {
    if (kind === 'repeat' || kind === 'report' || this.#every === 0) return undefined;
    this.#left -= 1;
    if (this.#left > 0) return undefined;
    this.#left = this.#every;
    const attributes = {
      'syncline.region': String(region.id),
      'syncline.store': String(region.leader.store),
      'syncline.change': kind,
    };
    return tracer.startSpan('region heartbeat', { kind: SpanKind.PRODUCER, root: true, attributes });
  }
}
