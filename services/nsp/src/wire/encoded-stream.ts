// Server streams whose responses are encoded already, because many of them are the same bytes.

import { type Binding, bindHandlers } from '@syncline/rpc/binding.ts';
import { type Method, methodsOf } from '@syncline/rpc/method.ts';
import type { TsProtoServiceDefinition } from 'nice-grpc';

/** Binds a service whose handlers of streams yield encoded responses; those of its unary methods give messages. */
export function bindEncoded<Definition extends TsProtoServiceDefinition>(
  definition: Definition,
  implementation: Readonly<Record<keyof Definition['methods'], (...args: never[]) => unknown>>,
): Binding {
  const methods = [...methodsOf(definition)].map(([name, method]): [string, Method] => [
    name,
    method.descriptor.responseStream ? { ...method, encodeResponse: asBytes } : method,
  ]);
  return bindHandlers(definition.fullName, new Map(methods), implementation);
}

function asBytes(response: unknown): Uint8Array {
  if (response instanceof Uint8Array) return response;
  throw new TypeError('a handler of encoded responses yielded something else');
}
