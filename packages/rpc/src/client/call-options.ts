// What every typed call gets: the caller's identity, and a deadline where no stream is involved.

import { type CallOptions, ClientError, type ClientMiddleware, Metadata, Status } from 'nice-grpc-common';

/** An option of every client method. */
export interface DeadlineOption {
  /** Milliseconds this call may take; for unary calls the connection's default applies without it. */
  readonly deadlineMs?: number;
}

/** Adds `identity` to each call's metadata; what the caller set wins. */
export function withIdentity(identity: Metadata): ClientMiddleware {
  return (call, options) =>
    call.next(call.request, { ...options, metadata: Metadata([...identity, ...(options.metadata ?? [])]) });
}

/** Ends each call with `signal`, besides its own. */
export function endingWith(signal: AbortSignal): ClientMiddleware {
  return (call, options) =>
    call.next(call.request, {
      ...options,
      signal: options.signal === undefined ? signal : AbortSignal.any([signal, options.signal]),
    });
}

/**
 * Gives calls their deadline: the server is told, and the call ends here with DEADLINE_EXCEEDED in any case.
 * Streams have none unless the caller asks.
 */
export function withDeadline(defaultMs: number): ClientMiddleware<DeadlineOption> {
  return (call, { deadlineMs: asked, ...options }) => {
    const isUnary = !call.method.requestStream && !call.method.responseStream;
    const deadlineMs = asked ?? (isUnary ? defaultMs : undefined);
    return deadlineMs === undefined
      ? call.next(call.request, options)
      : bounded(call.method.path, deadlineMs, options, (inner) => call.next(call.request, inner));
  };
}

async function* bounded<Response>(
  path: string,
  deadlineMs: number,
  options: CallOptions,
  next: (options: CallOptions) => AsyncGenerator<Response, Response | void, undefined>,
): AsyncGenerator<Response, Response | void, undefined> {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), deadlineMs).unref();
  const signal =
    options.signal === undefined ? deadline.signal : AbortSignal.any([options.signal, deadline.signal]);
  // What is left of a longer wait is seldom a whole number; the header takes no other.
  const wholeMs = Math.max(1, Math.ceil(deadlineMs));
  const metadata = Metadata(options.metadata).set('grpc-timeout', `${wholeMs}m`);
  try {
    return yield* next({ ...options, metadata, signal });
  } catch (error) {
    if (!deadline.signal.aborted || options.signal?.aborted) throw error;
    throw new ClientError(path, Status.DEADLINE_EXCEEDED, `no answer within ${wholeMs} ms`);
  } finally {
    clearTimeout(timer);
  }
}
