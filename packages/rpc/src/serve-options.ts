// What a server needs to know, and what it gives.

import type { Logger } from '@syncline/telemetry/logger.ts';
import type { Metrics } from '@syncline/telemetry/metrics.ts';
import type { Binding } from './binding.ts';
import type { LivenessSource, Readiness } from './server/admin.ts';
import type { ServerTls } from './server/credentials.ts';
import type { Authenticate } from './server/open-calls.ts';

export interface ListenAddress {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
}

export interface ServeLimits {
  /** Longest request message accepted, in bytes; longer ones get RESOURCE_EXHAUSTED. */
  readonly maxReceiveBytes: number;
  /**
   * How long calls may go on after the stop before they are cut, in ms; 5000 by default. A client that does not
   * read has as long to take the status of a stream that failed.
   */
  readonly drainMs?: number;
  /** Deadline of unary calls that come without one, in ms. */
  readonly defaultDeadlineMs: number;
  /**
   * How long a response may wait for a client that does not read, in ms; then its stream ends RESOURCE_EXHAUSTED,
   * naming the setting. 30000 by default. The next response is asked for when the one before was taken whole, so a
   * handler that yields the newest value of something skips what a slow client missed. Raw methods watch for
   * themselves. Time in which this process stood still does not count.
   */
  readonly stallMs?: number;
  /** That setting's name after `SYNCLINE_<SERVICE>_`; `STALL` by default. */
  readonly stallSetting?: string;
  /**
   * How long a client may take nothing of what is queued when a raw stream ends OK, in ms; then the stream is reset.
   * 60000 by default. A client that reads, however slowly, gets it all. Nor does that time count here.
   */
  readonly unreadMs?: number;
  /** How often a client is pinged, in ms, whatever else is sent; 30000 by default. */
  readonly pingMs?: number;
  /** How long it may owe the answer, in ms, before its connection is cut; 20000 by default. */
  readonly pingTimeoutMs?: number;
}

export interface ServeOptions {
  /** The service's name, e.g. 'datastore'. */
  readonly service: string;
  readonly listen: ListenAddress & {
    /** Path of a unix socket to serve on as well, without TLS. */
    readonly unixSocket?: string;
    /** Undefined serves plaintext. */
    readonly tls?: ServerTls | undefined;
  };
  /** The HTTP port for /livez, /readyz and /metrics; undefined serves none. */
  readonly admin: ListenAddress | undefined;
  readonly bindings: readonly Binding[];
  /** Begins the stop; disposing does too. */
  readonly stop: AbortSignal;
  readonly logger: Logger;
  readonly limits: ServeLimits;
  /** Undefined lets everybody in. */
  readonly authenticate?: Authenticate | undefined;
  readonly readiness: () => Readiness;
  readonly liveness: LivenessSource;
  /** Describe the services to tools such as grpcurl. */
  readonly reflection: boolean;
  readonly metrics: Metrics;
}

/** A server that accepts calls. Disposing it begins the stop and resolves when the last call is gone. */
export interface RunningServer extends AsyncDisposable {
  readonly port: number;
  readonly adminPort: number | undefined;
  /** What health answers for a service; all are NOT_SERVING until told otherwise. */
  setServing(fullServiceName: string, serving: boolean): void;
}
