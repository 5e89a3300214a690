// Registers bindings on grpc-js: every method of every service answered by exactly one handler.

import type { Server } from '@grpc/grpc-js';
import type { ServerMiddleware } from 'nice-grpc-common';
import type { Binding, BoundMethod } from '../binding.ts';
import { asBuffer, asIs } from '../identity-codec.ts';
import { aroundSingle, aroundStream } from './middleware.ts';
import type { OpenCalls } from './open-calls.ts';
import { type RawOptions, rawMethod } from './raw-method.ts';
import { bidiMethod, type StreamHandler, serverStreamMethod } from './response-stream.ts';
import type { StallBudget } from './stall-budget.ts';
import { clientStreamMethod, type SingleHandler, unaryMethod } from './unary.ts';

export interface RouterOptions {
  readonly calls: OpenCalls;
  readonly middleware: ServerMiddleware | undefined;
  readonly defaultDeadlineMs: number;
  readonly stall: StallBudget;
  readonly raw: RawOptions;
}

/** Registers all methods. Throws TypeError naming a method that nothing answers, or two handlers of one kind. */
export function route(server: Server, bindings: readonly Binding[], options: RouterOptions): void {
  const methods = new Map<string, BoundMethod>();
  for (const bound of bindings.flatMap((binding) => binding.methods)) {
    const { path } = bound.method.descriptor;
    const other = methods.get(path);
    if (other?.kind === bound.kind) throw new TypeError(`${path} is bound twice`);
    if (other?.kind !== 'raw') methods.set(path, bound);
  }
  for (const path of bindings.flatMap((binding) => binding.paths)) {
    if (!methods.has(path))
      throw new TypeError(`nothing answers ${path}: bind it with implement() or rawBidi()`);
  }
  for (const bound of methods.values()) register(server, bound, options);
}

function register(
  server: Server,
  bound: BoundMethod,
  { calls, middleware, defaultDeadlineMs, stall, raw }: RouterOptions,
): void {
  const { method } = bound;
  const { path, requestStream, responseStream } = method.descriptor;
  if (bound.kind === 'raw') {
    server.register(path, rawMethod(calls, method, bound.handler, raw), asBuffer, asIs, 'bidi');
  } else if (responseStream) {
    const handler = aroundStream(middleware, method.descriptor, bound.handler as StreamHandler);
    if (requestStream)
      server.register(path, bidiMethod(calls, method, handler, stall), asBuffer, asIs, 'bidi');
    else
      server.register(
        path,
        serverStreamMethod(calls, method, handler, stall),
        asBuffer,
        asIs,
        'serverStream',
      );
  } else {
    const handler = aroundSingle(middleware, method.descriptor, bound.handler as SingleHandler);
    if (requestStream)
      server.register(path, clientStreamMethod(calls, method, handler), asBuffer, asIs, 'clientStream');
    else
      server.register(path, unaryMethod(calls, method, handler, defaultDeadlineMs), asBuffer, asIs, 'unary');
  }
}
