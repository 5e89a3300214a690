// Every call the server is running. At stop it ends the streams, which would otherwise never end by themselves,
// and leaves unary calls to finish; from then on new calls are refused.

import type { ServerSurfaceCall } from '@grpc/grpc-js/build/src/server-call.js';
import type { Clock } from '@syncline/runtime/clock.ts';
import type { Logger } from '@syncline/telemetry/logger.ts';
import { type Metadata, type MethodDescriptor, Status } from 'nice-grpc-common';
import type { CallMetrics } from './call-metrics.ts';
import { type CallOwner, OpenCall, type SendStatus } from './open-call.ts';

/** Throws ServerError UNAUTHENTICATED (or PERMISSION_DENIED) to refuse a call; not asked about health checks. */
export type Authenticate = (metadata: Metadata, method: MethodDescriptor) => void;

export interface OpenCallsOptions {
  readonly logger: Logger;
  readonly metrics: CallMetrics;
  readonly authenticate: Authenticate | undefined;
  readonly statusDeliveryMs: number;
  readonly unreadMs: number;
  readonly awake: Clock;
}

export class OpenCalls implements CallOwner {
  readonly logger: Logger;
  readonly statusDeliveryMs: number;
  readonly unreadMs: number;
  readonly awake: Clock;
  readonly #metrics: CallMetrics;
  readonly #authenticate: Authenticate | undefined;
  readonly #calls = new Set<OpenCall>();
  #stopping = false;

  constructor(options: OpenCallsOptions) {
    this.logger = options.logger;
    this.statusDeliveryMs = options.statusDeliveryMs;
    this.unreadMs = options.unreadMs;
    this.awake = options.awake;
    this.#metrics = options.metrics;
    this.#authenticate = options.authenticate;
  }

  get stopping(): boolean {
    return this.#stopping;
  }

  /** Takes in a call; it is over already when the server is stopping or the caller may not call. */
  open(surface: ServerSurfaceCall, method: MethodDescriptor, sendStatus: SendStatus): OpenCall {
    const call = new OpenCall(this, surface, method, sendStatus);
    this.#calls.add(call);
    this.#metrics.opened(method);
    if (this.#stopping) {
      call.end(Status.UNAVAILABLE, 'server is stopping');
      return call;
    }
    try {
      if (!method.path.startsWith('/grpc.health.v1.')) this.#authenticate?.(call.context.metadata, method);
    } catch (error) {
      call.fail(error);
    }
    return call;
  }

  /** Called by each call once, when it is over. */
  closed(call: OpenCall, code: Status): void {
    this.#calls.delete(call);
    this.#metrics.closed(call.method, code, performance.now() - call.startedAt);
  }

  get count(): number {
    return this.#calls.size;
  }

  /** Ends every stream with UNAVAILABLE and refuses what comes after. */
  stop(): void {
    this.#stopping = true;
    for (const call of this.#calls) {
      if (call.method.requestStream || call.method.responseStream) {
        call.end(Status.UNAVAILABLE, 'server is stopping');
      }
    }
  }
}
