import { gNMIDefinition } from '@syncline/proto/gnmi.ts';
import { implement } from '@syncline/rpc/binding.ts';
import { serveForTest } from '@syncline/rpc/serve.fixture.ts';
import { parseSettings } from '@syncline/rpc/settings.ts';
import { systemClock } from '@syncline/runtime/clock.ts';
import { expect, test } from 'vitest';
import { lineSettings, settings } from '../config.ts';
import { DeviceLine } from './device-line.ts';
import { type CallEnd, callEndOf } from './line.ts';

const setting = 'SYNCLINE_DATASTORE_DEVICE_MESSAGE';
const longest = 64 * 1024;
const text = 'x'.repeat(longest);
const notification = {
  timestamp: 1n,
  update: [{ path: { elem: [{ name: 'a' }] }, val: { value: { $case: 'stringVal' as const, value: text } } }],
};

/** A device whose every answer is too long. */
const verbose = implement(gNMIDefinition, {
  capabilities: () => Promise.resolve({ supportedModels: [{ name: text }] }),
  get: () => Promise.resolve({ notification: [notification] }),
  set: () => Promise.resolve({}),
  async *subscribe(requests) {
    await requests[Symbol.asyncIterator]().next();
    yield { response: { $case: 'update', value: notification } };
  },
});

test('a message longer than DEVICE_MESSAGE ends its call, and the setting is named', async () => {
  await using server = await serveForTest([verbose]);
  const address = `127.0.0.1:${server.port}`;
  using line = new DeviceLine(
    { address, security: { kind: 'plaintext' }, identity: { kind: 'none' } },
    lineSettings(parseSettings({ [setting]: '64KiB' }, settings)),
    systemClock,
  );
  const tooLong: CallEnd = {
    code: 'RESOURCE_EXHAUSTED',
    message: expect.stringMatching(
      new RegExp(`^Received message larger than max \\(\\d+ vs ${longest}\\): ${setting} is`),
    ) as string,
  };
  expect(await line.capabilities().catch(callEndOf)).toEqual(tooLong);
  const got = new Promise((resolve) => line.get(new Uint8Array(0), resolve, resolve));
  expect(await got).toEqual(tooLong);
  const ended = new Promise((resolve) => line.subscribe(new Uint8Array(0), resolve, resolve));
  expect(await ended).toEqual(tooLong);
});
