import {
  HealthDefinition,
  HealthCheckResponse_ServingStatus as ServingStatus,
} from '@syncline/proto/health.ts';
import { Metadata, ServerError, Status } from 'nice-grpc-common';
import { expect, test } from 'vitest';
import { startEcho } from '../echo.fixture.ts';

test('a service is NOT_SERVING until it says otherwise, and the server serves when all services do', async () => {
  await using echo = await startEcho();
  const health = echo.connection.client(HealthDefinition);
  const statusOf = async (service: string) => (await health.check({ service })).status;
  expect(await statusOf('test.Echo')).toBe(ServingStatus.NOT_SERVING);
  expect(await statusOf('')).toBe(ServingStatus.NOT_SERVING);
  echo.server.setServing('test.Echo', true);
  expect(await statusOf('test.Echo')).toBe(ServingStatus.SERVING);
  expect((await health.list({})).statuses).toEqual({
    '': { status: ServingStatus.SERVING },
    'test.Echo': { status: ServingStatus.SERVING },
  });
});

test('an unknown service is NOT_FOUND when checked, and an error when set', async () => {
  await using echo = await startEcho();
  const health = echo.connection.client(HealthDefinition);
  await expect(health.check({ service: 'test.Ehco' })).rejects.toMatchObject({
    code: Status.NOT_FOUND,
    details: 'unknown service "test.Ehco"',
  });
  expect(() => echo.server.setServing('test.Ehco', true)).toThrow(RangeError);
});

test('a watcher sees each change, NOT_SERVING at the stop included, then UNAVAILABLE', async () => {
  await using echo = await startEcho();
  echo.server.setServing('test.Echo', true);
  const seen: ServingStatus[] = [];
  const watching = (async () => {
    for await (const { status } of echo.connection.client(HealthDefinition).watch({ service: 'test.Echo' })) {
      seen.push(status);
      if (seen.length === 1) echo.server.setServing('test.Echo', false);
      if (seen.length === 2) echo.server.setServing('test.Echo', true);
      if (seen.length === 3) echo.stop();
    }
  })();
  await expect(watching).rejects.toMatchObject({ code: Status.UNAVAILABLE });
  const { SERVING, NOT_SERVING } = ServingStatus;
  expect(seen).toEqual([SERVING, NOT_SERVING, SERVING, NOT_SERVING]);
});

test('a watcher of an unknown service is told so and kept', async () => {
  await using echo = await startEcho();
  for await (const { status } of echo.connection.client(HealthDefinition).watch({ service: 'no.Such' })) {
    expect(status).toBe(ServingStatus.SERVICE_UNKNOWN);
    break;
  }
});

test('health checks need no credentials, other calls do', async () => {
  const authenticate = (metadata: Metadata) => {
    if (metadata.get('password') !== 'right') throw new ServerError(Status.UNAUTHENTICATED, 'wrong password');
  };
  await using echo = await startEcho({}, { serve: { authenticate } });
  await echo.connection.client(HealthDefinition).check({ service: '' });
  await expect(echo.client.unary({ text: 'x' })).rejects.toMatchObject({
    code: Status.UNAUTHENTICATED,
    details: 'wrong password',
  });
  const metadata = Metadata({ password: 'right' });
  expect(await echo.client.unary({ text: 'x' }, { metadata })).toEqual({ text: 'x' });
});
