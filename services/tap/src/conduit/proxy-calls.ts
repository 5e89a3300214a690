// The calls of a conduit's loop to its proxy: one at a time, each within its time and in view of the watchdog.

import { call } from '@syncline/runtime/call.ts';
import { LinkedAbort } from '@syncline/runtime/linked-abort.ts';
import type { LoopWatch } from '@syncline/runtime/liveness.ts';
import type { ConduitName } from '@syncline/trench/stream-name.ts';
import type { Connection, ConnectionRequest } from '../ports.ts';
import type { ConduitParts } from './conduit-parts.ts';
import type { RequestKind } from './decision.ts';

/** The loop that calls, and its end. */
export interface Caller {
  readonly watch: LoopWatch;
  readonly signal: AbortSignal;
}

/** For one conduit. */
export class ProxyCalls {
  readonly #name: ConduitName;
  readonly #parts: ConduitParts;
  #requesting: LinkedAbort | undefined;

  constructor(name: ConduitName, parts: ConduitParts) {
    this.#name = name;
    this.#parts = parts;
  }

  get isRequesting(): boolean {
    return this.#requesting !== undefined;
  }

  /** Ends the Request that is under way, if there is one. */
  cancelRequest(): void {
    this.#requesting?.abort(new Error('the connection is not wanted any more'));
  }

  /**
   * The proxy's answer, or undefined when the Request was cancelled: the proxy may or may not have seen it. Rejects
   * with what the proxy answers, an OverdueError, or the signal's reason.
   */
  async request(
    kind: RequestKind,
    request: Omit<ConnectionRequest, 'conduit'>,
    { watch, signal }: Caller,
  ): Promise<Connection | undefined> {
    const { ports, timings, clock } = this.#parts;
    using end = new LinkedAbort(signal);
    this.#requesting = end;
    const what = 'proxy Request';
    watch.phase(kind, timings.requestMs + timings.watchdogMs, what);
    try {
      const bounds = { what, clock, signal: end.signal, deadlineMs: timings.requestMs };
      return await call(bounds, (limits) => ports.proxy.request({ ...request, conduit: this.#name }, limits));
    } catch (error) {
      signal.throwIfAborted();
      if (end.signal.aborted) return undefined;
      throw error;
    } finally {
      this.#requesting = undefined;
    }
  }

  /** Closes within `ms`. Rejects as request() does. */
  async close(basis: Connection | undefined, ms: number, { watch, signal }: Caller): Promise<void> {
    const { ports, timings, clock } = this.#parts;
    const what = 'proxy Close';
    watch.phase('close', ms + timings.watchdogMs, what);
    await call({ what, clock, signal, deadlineMs: ms }, (limits) =>
      ports.proxy.close(this.#name, basis, limits),
    );
  }
}
