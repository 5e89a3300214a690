// The floor of what serves: grpc-js and as little as can be behind it, as a process of its own.

import { Server, ServerCredentials, type ServiceDefinition } from '@grpc/grpc-js';
import { LoadBalancerServiceDefinition } from '@syncline/proto/loadbalancer-admin.ts';
import { TargetRegistryDefinition } from '@syncline/proto/nsp-targetregistry.ts';
import { methodsOf } from '@syncline/rpc/method.ts';
import type { TsProtoServiceDefinition } from 'nice-grpc';
import { Parent } from '../child/parent.ts';
import { plainLookup } from './plain/lookup.ts';
import type { PlainServerReport } from './plain/orders.ts';
import { plainRegistry } from './plain/registry.ts';

const parent = new Parent<object, object, PlainServerReport>();
const server = new Server();
server.addService(inGrpcJsShape(TargetRegistryDefinition), plainRegistry());
server.addService(inGrpcJsShape(LoadBalancerServiceDefinition), plainLookup);
server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
  if (error) parent.fail(error);
  else parent.report({ kind: 'serving', port });
});

function inGrpcJsShape(definition: TsProtoServiceDefinition): ServiceDefinition {
  return Object.fromEntries(
    [...methodsOf(definition)].map(([name, method]) => [
      name,
      {
        ...method.descriptor,
        requestSerialize: asBuffer,
        requestDeserialize: (bytes: Buffer) => method.decodeRequest(bytes),
        responseSerialize: asBuffer,
        responseDeserialize: (bytes: Buffer) => bytes,
      },
    ]),
  );
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
