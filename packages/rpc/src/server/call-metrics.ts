// What the server counts about its calls, by method and status; never by message, so a stream costs as much as a call.

import { Counter, Gauge, Histogram, type Metrics } from '@syncline/telemetry/metrics.ts';
import { type MethodDescriptor, Status } from 'nice-grpc-common';

export class CallMetrics {
  readonly #handled: Counter<'method' | 'code'>;
  readonly #seconds: Histogram<'method'>;
  readonly #open: Gauge<'method'>;

  constructor(metrics: Metrics) {
    const registers = [metrics];
    this.#handled = new Counter({
      name: 'rpc_server_handled_total',
      help: 'Calls that ended, by status code; for streams, at their end',
      labelNames: ['method', 'code'],
      registers,
    });
    this.#seconds = new Histogram({
      name: 'rpc_server_handling_seconds',
      help: 'How long calls without a stream took',
      labelNames: ['method'],
      buckets: [0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10, 60],
      registers,
    });
    this.#open = new Gauge({
      name: 'rpc_server_open_calls',
      help: 'Calls in progress, streams included',
      labelNames: ['method'],
      registers,
    });
  }

  opened(method: MethodDescriptor): void {
    this.#open.inc({ method: method.path });
  }

  closed(method: MethodDescriptor, code: Status, elapsedMs: number): void {
    this.#open.dec({ method: method.path });
    this.#handled.inc({ method: method.path, code: Status[code] });
    if (!method.requestStream && !method.responseStream) {
      this.#seconds.observe({ method: method.path }, elapsedMs / 1e3);
    }
  }
}
