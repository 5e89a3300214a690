// A session in a process that is stopped: a device is not silent because it cannot be heard.

import { rootPath } from '@syncline/gnmi/path.ts';
import { quietLogger } from '@syncline/rpc/serve.fixture.ts';
import { AwakeClock } from '@syncline/runtime/awake-clock.ts';
import { seededRng } from '@syncline/runtime/rng.ts';
import { VirtualClock } from '@syncline/testkit/virtual-clock.ts';
import { expect, test } from 'vitest';
import type { SyncListener } from '../core/host.ts';
import type { Line } from './line.ts';
import type { SyncMode } from './plan.ts';
import { Session } from './session.ts';

const hourMs = 3_600_000;
const stream: SyncMode = { kind: 'stream', delivery: 'ON_CHANGE', sampleIntervalNs: 0n };

/** A session whose device answers Capabilities and each Get, and of a stream sends what the test says. */
async function startSession(mode: SyncMode) {
  const clock = new VirtualClock();
  const awake = new AwakeClock(clock);
  const silence = { pause() {}, resume() {}, hangUp() {} };
  let core: SyncListener | undefined;
  let device: ((message: Uint8Array) => void) | undefined;
  const line: Line = {
    onConnected() {},
    capabilities: () => Promise.resolve({ offer: ['PROTO'], models: [] }),
    subscribe(_, onMessage) {
      device = onMessage;
      return silence;
    },
    get(_, onAnswer) {
      onAnswer(new Uint8Array(0));
      return silence;
    },
    [Symbol.dispose]() {},
  };
  const session = new Session(
    {
      datastore: 1,
      datastoreName: 'r1',
      slot: 0,
      name: 'all',
      plan: { mode, encoding: undefined, syncDeadlineMs: 60_000, syncLimitMs: 600_000 },
      endpoint: { address: 'device:1', security: { kind: 'plaintext' }, identity: { kind: 'none' } },
      interest: { targetName: '', paths: [rootPath] },
      epoch: 0,
    },
    {
      clock,
      awake,
      rng: seededRng(1),
      logger: quietLogger(),
      traced: false,
      openLine: () => line,
      hold: () => undefined,
      settings: {
        retry: { initialMs: 1_000, maxMs: 60_000, factor: 2, jitter: 0.5, resetAfterMs: 120_000 },
        slowRetryMs: 60_000,
        ingestBytes: 64,
      },
      host: {
        send() {},
        onSync(_, __, listener) {
          core = listener;
        },
      },
    },
  );
  session.start('start');
  await new Promise((resolve) => setImmediate(resolve));
  return {
    clock,
    phase: () => session.view.state.phase.kind,
    epoch: () => session.view.state.epoch,
    /** The device sends something of its tree. */
    send: () => device?.(Buffer.from('a message')),
    /** The core commits what it was sent. */
    commit(epoch: number) {
      core?.sealed(epoch);
      core?.synced(epoch);
    },
    [Symbol.dispose]() {
      session.stop('over');
      awake[Symbol.dispose]();
      expect(clock.pending).toBe(0);
    },
  };
}

test('a stop before the sync_response is not the device’s silence, which is counted on from there', async () => {
  using session = await startSession(stream);
  session.clock.advance(10_000);
  session.clock.leap(hourMs);
  session.send();
  session.clock.advance(10_000);
  session.clock.leap(hourMs);
  session.clock.advance(49_700);
  expect([session.phase(), session.epoch()]).toEqual(['syncing', 1]);
  session.clock.advance(50);
  expect(session.phase()).toBe('backoff');
});

test('what a device sent in a stop is read before its time is over', async () => {
  using session = await startSession(stream);
  session.clock.advance(59_900);
  session.clock.leap(hourMs);
  session.commit(1);
  session.clock.advance(1_000);
  expect([session.phase(), session.epoch()]).toEqual(['synced', 1]);
});

test('a device that is polled is asked at once after a stop: what is shown has grown old meanwhile', async () => {
  using session = await startSession({ kind: 'get', intervalMs: 30_000 });
  session.commit(1);
  session.clock.advance(1_000);
  expect([session.phase(), session.epoch()]).toEqual(['synced', 1]);
  session.clock.leap(hourMs);
  expect(session.epoch()).toBe(2);
});
