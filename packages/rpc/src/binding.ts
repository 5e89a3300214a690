// A service and what answers its methods. serve() takes a list of these.

import type { ServiceImplementation, TsProtoServiceDefinition } from 'nice-grpc';
import type { CallContext } from 'nice-grpc-common';
import { type Method, methodsOf } from './method.ts';
import type { RawHandler } from './raw-call.ts';

/** Answers a method: a promise of the response, or an async iterable where responses stream. */
export type Handler = (request: unknown, context: CallContext) => Promise<unknown> | AsyncIterable<unknown>;

/** One method and its answerer. */
export type BoundMethod =
  | { readonly kind: 'typed'; readonly method: Method; readonly handler: Handler }
  | { readonly kind: 'raw'; readonly method: Method; readonly handler: RawHandler };

/** Some or all methods of one service, bound. */
export interface Binding {
  /** Full name, e.g. `gnmi.gNMI`. */
  readonly service: string;
  /** Every method path the service defines; serve() refuses to start while one is unbound. */
  readonly paths: readonly string[];
  readonly methods: readonly BoundMethod[];
}

/**
 * Binds a service to async functions and async generators in nice-grpc's shape.
 * Methods named in `Raw` are left to `rawBidi`: `implement<typeof GnmiDefinition, 'subscribe'>(…)`.
 */
export function implement<
  Definition extends TsProtoServiceDefinition,
  Raw extends keyof Definition['methods'] = never,
>(definition: Definition, implementation: Omit<ServiceImplementation<Definition>, Raw>): Binding {
  return bindHandlers(definition.fullName, methodsOf(definition), implementation);
}

/** Binds methods that were already described, by handler name; `implement` is this for ts-proto. */
export function bindHandlers(service: string, methods: Map<string, Method>, implementation: object): Binding {
  const handlers = implementation as Partial<Record<string, Handler>>;
  return {
    service,
    paths: [...methods.values()].map((method) => method.descriptor.path),
    methods: [...methods].flatMap(([name, method]) => {
      const handler = handlers[name];
      return handler === undefined ? [] : [{ kind: 'typed', method, handler: handler.bind(implementation) }];
    }),
  };
}

/**
 * Serves one bidirectional method as a raw stream, beside or instead of `implement`'s handler for it.
 * Throws TypeError when the method does not stream both ways.
 */
export function rawBidi<Definition extends TsProtoServiceDefinition>(
  definition: Definition,
  methodName: keyof Definition['methods'] & string,
  handler: RawHandler,
): Binding {
  const methods = methodsOf(definition);
  const method = methods.get(methodName);
  if (method?.descriptor.requestStream !== true || !method.descriptor.responseStream) {
    throw new TypeError(`rawBidi: ${definition.fullName}.${methodName} does not stream both ways`);
  }
  return {
    service: definition.fullName,
    paths: [...methods.values()].map((each) => each.descriptor.path),
    methods: [{ kind: 'raw', method, handler }],
  };
}
