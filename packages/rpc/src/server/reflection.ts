// Server reflection, from the descriptor set the proto package ships. Few processes are ever asked, and what answers takes
// 10 MiB: it is loaded for the first who asks.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { CallContext } from 'nice-grpc-common';
import { type Binding, bindHandlers } from '../binding.ts';
import type { Method } from '../method.ts';
import { decodeRequest } from './request-stream.ts';

// Tools ask for v1 and fall back to v1alpha; the messages are the same, the path is not.
const versions = ['grpc.reflection.v1.ServerReflection', 'grpc.reflection.v1alpha.ServerReflection'];

/** Answers a call, whose messages are bytes on both sides. */
type Reflection = (requests: AsyncIterable<Uint8Array>, context: CallContext) => AsyncIterable<Uint8Array>;

/** Reflection for the services of these bindings, in both versions that tools ask for. */
export function reflectionBindings(bindings: readonly Binding[]): Binding[] {
  const services = [...new Set([...bindings.map((binding) => binding.service), 'grpc.health.v1.Health'])];
  const descriptors = readFileSync(fileURLToPath(import.meta.resolve('@syncline/proto/suite.binpb')));
  let loaded: Promise<Reflection> | undefined;
  const implementation = {
    async *serverReflectionInfo(requests: AsyncIterable<Uint8Array>, context: CallContext) {
      loaded ??= load(services, descriptors);
      const reflection = await loaded;
      yield* reflection(requests, context);
    },
  };
  return versions.map((service) =>
    bindHandlers(service, new Map([['serverReflectionInfo', undecoded(service)]]), implementation),
  );
}

function undecoded(service: string): Method {
  const path = `/${service}/ServerReflectionInfo`;
  return {
    descriptor: { path, requestStream: true, responseStream: true, options: {} },
    decodeRequest: (bytes) => bytes,
    encodeResponse: (bytes) => bytes as Uint8Array,
  };
}

async function load(services: readonly string[], descriptors: Uint8Array): Promise<Reflection> {
  const { ServerReflection, ServerReflectionService } = await import('nice-grpc-server-reflection');
  const { requestDeserialize, responseSerialize } = ServerReflectionService.serverReflectionInfo;
  const implementation = ServerReflection(descriptors, services);
  const codec = { decodeRequest: (bytes: Uint8Array) => requestDeserialize(Buffer.from(bytes)) };
  async function* decoded(requests: AsyncIterable<Uint8Array>) {
    for await (const bytes of requests) yield decodeRequest(codec, bytes);
  }
  return async function* answered(requests, context) {
    for await (const answer of implementation.serverReflectionInfo(decoded(requests), context))
      yield responseSerialize(answer);
  };
}
