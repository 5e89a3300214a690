import { PassThrough } from 'node:stream';
import { createLogger } from '@syncline/telemetry/logger.ts';
import { expect, test } from 'vitest';
import { drain } from './shutdown.ts';

test('a grpc-js that never says that it has shut down is waited for no longer than the drain time', async () => {
  const steps: string[] = [];
  await drain({
    // As grpc-js does when Node has forgotten the callback of a connection that was leaving.
    server: { tryShutdown: () => steps.push('ask'), forceShutdown: () => steps.push('force') },
    calls: { stop: () => steps.push('calls'), count: 0 },
    health: { stop: () => steps.push('health') },
    logger: createLogger({
      service: 'test',
      instance: 'test',
      level: 'silent',
      destination: new PassThrough(),
    }),
    drainMs: 10,
  });
  expect(steps).toEqual(['health', 'calls', 'ask', 'force']);
});
