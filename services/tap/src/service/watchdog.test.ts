import { PassThrough } from 'node:stream';
import { AwakeClock } from '@syncline/runtime/awake-clock.ts';
import { Liveness } from '@syncline/runtime/liveness.ts';
import { createLogger } from '@syncline/telemetry/logger.ts';
import { VirtualClock } from '@syncline/testkit/virtual-clock.ts';
import { expect, test } from 'vitest';
import { StuckLoopError, watchLoops } from './watchdog.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** A watchdog over `liveness`, what it told, and its end. */
function watching(liveness: Liveness, clock: VirtualClock) {
  const log = new PassThrough();
  const told: string[] = [];
  const end = new AbortController();
  const watched = watchLoops(
    {
      liveness,
      server: { setServing: (service, isServing) => told.push(`${service} ${isServing}`) },
      services: ['ambassador.v1.Tap'],
      clock,
      logger: createLogger({ service: 'tap', instance: 'test', level: 'info', destination: log }),
      stuck: (error) => told.push(error.message),
    },
    liveness.watch('watchdog'),
    end.signal,
  );
  return {
    log,
    told,
    async [Symbol.asyncDispose]() {
      end.abort(new Error('over'));
      await expect(watched).rejects.toThrow('over');
    },
  };
}

test('a loop that waits for longer than it may turns the services NOT_SERVING and is logged; it serves again when it moves', async () => {
  const clock = new VirtualClock();
  const liveness = new Liveness(clock);
  await using watchdog = watching(liveness, clock);
  const { told } = watchdog;
  const loop = liveness.watch('conduit edge.demo');
  loop.phase('request', 2_500, 'proxy Request');
  const second = async () => {
    clock.advance(1_000);
    await turn();
  };
  await second();
  await second();
  expect(told).toEqual(['ambassador.v1.Tap true']);
  await second();
  await second();
  expect(told.slice(1)).toEqual([
    'ambassador.v1.Tap false',
    new StuckLoopError(['conduit edge.demo awaits proxy Request']).message,
  ]);
  expect(String(watchdog.log.read())).toContain('"awaits":"proxy Request"');
  loop.idle('a change');
  await second();
  expect(told.at(-1)).toBe('ambassador.v1.Tap true');
  expect(liveness.phases()[0]).toMatchObject({
    loop: 'watchdog',
    awaits: 'the next look at the loops',
    forMs: 0,
  });
});

test('a stop of the whole process is not taken for a loop that is stuck', async () => {
  const clock = new VirtualClock();
  using awake = new AwakeClock(clock);
  const liveness = new Liveness(awake);
  await using watchdog = watching(liveness, clock);
  liveness.watch('conduit edge.demo').phase('request', 2_500, 'proxy Request');
  clock.leap(3_600_000);
  await turn();
  expect(watchdog.told).toEqual(['ambassador.v1.Tap true']);
});
