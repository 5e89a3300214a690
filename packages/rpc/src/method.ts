// One RPC as the wire knows it: its path, which sides stream, and the codec of its messages.
// Derived from ts-proto's service definitions, so nobody writes a path by hand.

import type { TsProtoServiceDefinition } from 'nice-grpc';
import type { MethodDescriptor } from 'nice-grpc-common';

/** An RPC and how its messages become bytes. */
export interface Method {
  /** What middleware and errors call it; `path` is `/package.Service/Method`. */
  readonly descriptor: MethodDescriptor;
  /** Throws when the bytes are not such a message. */
  decodeRequest(bytes: Uint8Array): unknown;
  encodeResponse(message: unknown): Uint8Array;
}

/** The methods of a ts-proto service, by the name handlers use for them (`get`, not `Get`). */
export function methodsOf(definition: TsProtoServiceDefinition): Map<string, Method> {
  return new Map(
    Object.entries(definition.methods).map(([name, { requestType, responseType, ...method }]) => [
      name,
      {
        descriptor: {
          path: `/${definition.fullName}/${method.name}`,
          requestStream: method.requestStream,
          responseStream: method.responseStream,
          options: method.options,
        },
        decodeRequest: (bytes) => requestType.decode(bytes) as unknown,
        encodeResponse: (message) =>
          responseType.encode(responseType.fromPartial?.(message) ?? message).finish(),
      },
    ]),
  );
}
