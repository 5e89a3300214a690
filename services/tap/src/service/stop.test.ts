import { PassThrough } from 'node:stream';
import { Liveness } from '@syncline/runtime/liveness.ts';
import { seededRng } from '@syncline/runtime/rng.ts';
import { StopSignal } from '@syncline/runtime/stop-signal.ts';
import { createLogger } from '@syncline/telemetry/logger.ts';
import { VirtualClock } from '@syncline/testkit/virtual-clock.ts';
import { until } from '@syncline/testkit/wait.ts';
import { expect, test } from 'vitest';
import { Ambassador } from '../ambassador/ambassador.ts';
import { silent } from '../ambassador/silent-neighbours.fixture.ts';
import { StatusBoard } from '../stream/status-board.ts';
import { stream, timings } from '../world/model-tap.ts';
import { LoopLog } from './loop-log.ts';
import { giveBack } from './stop.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** A tap whose neighbours answer nothing, and the last that it logged. */
function setup() {
  const clock = new VirtualClock();
  const log = new PassThrough();
  const logger = createLogger({ service: 'tap', instance: 'test', level: 'info', destination: log });
  const notes = new LoopLog(logger);
  const ambassador = new Ambassador({
    trench: {
      timings,
      board: new StatusBoard(clock),
      notes,
      clock,
      rng: seededRng(1),
      liveness: new Liveness(clock),
      stop: new StopSignal(),
    },
    limits: { streams: 10, conduits: 10 },
    openNeighbours: () => ({ ...silent, [Symbol.dispose]: () => undefined }),
  });
  const logged = () => JSON.parse(String(log.read()).trim().split('\n').at(-1) ?? '') as object;
  return { clock, ambassador, logged, parts: { ambassador, notes, clock, logger } };
}

test('giving back ends with its budget, as the clock has it, and says what is left behind', async () => {
  const { clock, ambassador, logged, parts } = setup();
  await using _ = ambassador;
  ambassador.open(stream('web'));
  const isAskedFor = () => {
    clock.advance(100);
    return ambassador.dump()[0]?.link === 'requesting';
  };
  await until(isAskedFor, { deadlineMs: 5_000, everyMs: 1, describe: 'a connection that has to be closed' });
  let isDone: boolean | undefined;
  const given = giveBack(parts, 6_000).then((done) => (isDone = done));
  clock.advance(5_999);
  await turn();
  expect(isDone).toBeUndefined();
  clock.advance(1);
  await given;
  expect(isDone).toBe(false);
  expect(logged()).toMatchObject({
    level: 'error',
    ms: 6_000,
    pending: [{ name: { trench: 'demo', conduit: 'edge' } }],
    msg: 'stopping with targets or connections left behind',
  });
});

test('with nothing to give back it is over at once, and its timer is gone', async () => {
  const { clock, ambassador, logged, parts } = setup();
  await using _ = ambassador;
  expect(await giveBack(parts, 6_000)).toBe(true);
  expect(logged()).toMatchObject({ level: 'info', ms: 0 });
  expect(clock.pending).toBe(0);
});
