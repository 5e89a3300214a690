import { createChannel, createClient } from 'nice-grpc';
import { Status } from 'nice-grpc-common';
import { ServerReflectionService } from 'nice-grpc-server-reflection';
import { ServerReflectionRequest } from 'nice-grpc-server-reflection/lib/proto/grpc/reflection/v1/reflection_pb.js';
import { expect, test } from 'vitest';
import type { StreamEnd } from '../connect.ts';
import { startEcho } from '../echo.fixture.ts';

type Ask = (request: ServerReflectionRequest) => void;

async function reflect(address: string, version: string, ask: Ask) {
  const channel = createChannel(address);
  const path = `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`;
  const definition = { serverReflectionInfo: { ...ServerReflectionService.serverReflectionInfo, path } };
  const request = new ServerReflectionRequest();
  ask(request);
  async function* requests() {
    yield await Promise.resolve(request);
  }
  try {
    const client = createClient(definition, channel);
    for await (const response of client.serverReflectionInfo(requests())) return response.toObject();
    throw new Error('no answer');
  } finally {
    channel.close();
  }
}

const withReflection = { serve: { reflection: true } };

test.each(['v1', 'v1alpha'])('tools of %s can list the services', async (version) => {
  await using echo = await startEcho({}, withReflection);
  const answer = await reflect(echo.address, version, (request) => request.setListServices('*'));
  expect(answer.listServicesResponse?.serviceList).toEqual([
    { name: 'test.Echo' },
    { name: 'grpc.health.v1.Health' },
  ]);
});

test('files are found by name and by what they contain', async () => {
  await using echo = await startEcho({}, withReflection);
  const bySymbol = await reflect(echo.address, 'v1', (request) =>
    request.setFileContainingSymbol('grpc.health.v1.Health.Check'),
  );
  expect(bySymbol.fileDescriptorResponse?.fileDescriptorProtoList).toHaveLength(1);
  const byName = await reflect(echo.address, 'v1', (request) =>
    request.setFileByFilename('grpc/health/v1/health.proto'),
  );
  expect(byName.fileDescriptorResponse).toEqual(bySymbol.fileDescriptorResponse);
});

test('an unknown symbol is an error of the answer, not of the call', async () => {
  await using echo = await startEcho({}, withReflection);
  const answer = await reflect(echo.address, 'v1', (request) => request.setFileContainingSymbol('no.Such'));
  expect(answer.errorResponse).toEqual({ errorCode: 5, errorMessage: 'Symbol not found: no.Such' });
});

test('a request that cannot be read ends its call, and the next one is answered', async () => {
  await using echo = await startEcho({}, withReflection);
  const stream = echo.connection.raw('/grpc.reflection.v1.ServerReflection/ServerReflectionInfo');
  const ended = new Promise<StreamEnd>((resolve) => stream.onEnd(resolve));
  stream.write(Buffer.of(0x0a, 9));
  const { code, details } = await ended;
  expect(code).toBe(Status.INTERNAL);
  expect(details).toContain('cannot decode the request (2 bytes)');
  const answer = await reflect(echo.address, 'v1', (request) => request.setListServices('*'));
  expect(answer.listServicesResponse?.serviceList).toHaveLength(2);
});
