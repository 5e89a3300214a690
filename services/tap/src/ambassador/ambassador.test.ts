import { Liveness } from '@syncline/runtime/liveness.ts';
import { seededRng } from '@syncline/runtime/rng.ts';
import { StopSignal } from '@syncline/runtime/stop-signal.ts';
import { VirtualClock } from '@syncline/testkit/virtual-clock.ts';
import { expect, test } from 'vitest';
import { StatusBoard } from '../stream/status-board.ts';
import { timings } from '../world/model-tap.ts';
import { Ambassador } from './ambassador.ts';
import { AnotherTrenchError, LimitError, StoppingError } from './errors.ts';
import { silent } from './silent-neighbours.fixture.ts';

const web = { trench: 'demo', conduit: 'edge', stream: 'web' };
const dns = { ...web, stream: 'dns' };
const api = { trench: 'demo', conduit: 'core', stream: 'api' };
const elsewhere = { ...web, trench: 'other' };
const turn = () => new Promise((resolve) => setImmediate(resolve));

function setup(limits = { streams: 10, conduits: 10 }) {
  const clock = new VirtualClock();
  const board = new StatusBoard(clock);
  const lines: string[] = [];
  const ambassador = new Ambassador({
    trench: {
      timings,
      board,
      notes: { stream: () => undefined, conduit: () => undefined },
      clock,
      rng: seededRng(1),
      liveness: new Liveness(clock),
      stop: new StopSignal(),
    },
    limits,
    openNeighbours: (trench) => {
      lines.push(`${trench} opened`);
      return { ...silent, [Symbol.dispose]: () => void lines.push(`${trench} closed`) };
    },
  });
  const listed = () => board.rows.value.map(({ stream }) => stream.stream);
  /** Lets `ms` pass in small steps. */
  const pass = async (ms: number) => {
    for (let left = ms; left > 0; left -= 100) {
      clock.advance(100);
      await turn();
    }
  };
  return { ambassador, lines, listed, pass };
}

test('Open and Close hold when they return, in the order in which they were called, and once more change nothing', async () => {
  const { ambassador, listed } = setup();
  await using _ = ambassador;
  for (const stream of [web, dns, web, api]) ambassador.open(stream);
  expect([listed(), ambassador.desired.generation]).toEqual([['web', 'dns', 'api'], 3n]);
  ambassador.close(web);
  ambassador.close(web);
  ambassador.open(web);
  expect(listed()).toEqual(['dns', 'api', 'web']);
  expect(ambassador.desired).toMatchObject({ generation: 5n, streams: [dns, api, web] });
  expect(Object.isFrozen(ambassador.desired.streams)).toBe(true);
});

test('another trench is refused until nothing is left of the one in use, and then its lines are closed', async () => {
  const { ambassador, lines, pass } = setup();
  await using _ = ambassador;
  ambassador.close(elsewhere);
  ambassador.open(web);
  await turn();
  expect(() => ambassador.open(elsewhere)).toThrow(new AnotherTrenchError('demo'));
  expect(ambassador.desired.streams).toEqual([web]);
  ambassador.close(elsewhere);
  ambassador.close(web);
  // The Request that was under way may have taken effect: Close is tried for as long as its budget lasts.
  expect(() => ambassador.open(elsewhere)).toThrow(AnotherTrenchError);
  await pass(timings.closeMs + 1_000);
  expect(ambassador.trench).toBeUndefined();
  ambassador.open(elsewhere);
  expect(lines).toEqual(['demo opened', 'demo closed', 'other opened']);
});

test('one stream or conduit too many is refused and changes nothing; what drains counts, what is known does not', async () => {
  const { ambassador, listed, pass } = setup({ streams: 3, conduits: 2 });
  await using _ = ambassador;
  for (const stream of [web, api]) ambassador.open(stream);
  await pass(3_000);
  expect(() => ambassador.open({ ...api, conduit: 'third' })).toThrow(new LimitError('conduits', 2));
  ambassador.open(dns);
  await turn();
  expect(() => ambassador.open({ ...web, stream: 'ntp' })).toThrow(new LimitError('streams', 3));
  ambassador.open(dns);
  // A connection was asked for: it counts until closing it was tried for as long as that may take.
  ambassador.close(api);
  await pass(3_000);
  expect(() => ambassador.open({ ...api, conduit: 'third' })).toThrow(new LimitError('conduits', 2));
  ambassador.open(api);
  expect(listed()).toEqual(['web', 'dns', 'api']);
});

test('a drain gives back everything, or says that its budget was too short; nothing is opened from then on', async () => {
  const { ambassador, listed } = setup();
  await using _ = ambassador;
  ambassador.open(web);
  await turn();
  const budget = new AbortController();
  const drained = ambassador.drain(budget.signal);
  expect([listed(), ambassador.desired.streams]).toEqual([[], [web]]);
  expect(() => ambassador.open(dns)).toThrow(StoppingError);
  budget.abort();
  expect(await drained).toBe(false);
  expect(ambassador.dump()).toHaveLength(1);

  const { ambassador: idle } = setup();
  await using __ = idle;
  expect(await idle.drain(new AbortController().signal)).toBe(true);
});

test('disposing ends every loop where it stands and closes the lines', async () => {
  const { ambassador, lines } = setup();
  for (const stream of [web, dns, api]) ambassador.open(stream);
  await turn();
  await ambassador[Symbol.asyncDispose]();
  expect(lines).toEqual(['demo opened', 'demo closed']);
});
