// Server reflection, from the descriptor set the proto package ships.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ServerReflection, ServerReflectionService } from 'nice-grpc-server-reflection';
import { type Binding, bindHandlers } from '../binding.ts';
import { methodsOfGrpcJs } from '../method.ts';

// Tools ask for v1 and fall back to v1alpha; the messages are the same, the path is not.
const versions = ['grpc.reflection.v1.ServerReflection', 'grpc.reflection.v1alpha.ServerReflection'];

/** Reflection for the services of these bindings, in both versions that tools ask for. */
export function reflectionBindings(bindings: readonly Binding[]): Binding[] {
  const descriptors = readFileSync(fileURLToPath(import.meta.resolve('@syncline/proto/suite.binpb')));
  const services = [...new Set([...bindings.map((binding) => binding.service), 'grpc.health.v1.Health'])];
  const implementation = ServerReflection(descriptors, services);
  return versions.map((service) => {
    const definition = Object.fromEntries(
      Object.entries(ServerReflectionService).map(([name, method]) => [
        name,
        { ...method, path: `/${service}/ServerReflectionInfo` },
      ]),
    );
    return bindHandlers(service, methodsOfGrpcJs(definition), implementation);
  });
}
