import { expect, test } from 'vitest';
import { wrongWaits } from './wait-graph.ts';

const waiting = { loop: 'conduit edge.demo', passes: 1, phase: 'close', forMs: 10, deadlineMs: 20_000 };

test('a loop may wait for a neighbour until its deadline, and be idle for ever', () => {
  const idle = {
    ...waiting,
    phase: 'idle',
    awaits: 'a change',
    forMs: 1e9,
    deadlineMs: Number.POSITIVE_INFINITY,
  };
  expect(wrongWaits([{ ...waiting, awaits: 'proxy Close' }, idle])).toEqual([]);
  expect(wrongWaits([{ ...waiting, awaits: 'proxy Close', forMs: 20_000 }])).toEqual([
    'conduit edge.demo has been in close for 20000 ms',
  ]);
});

test('a loop that waits for another loop is wrong, however short that is', () => {
  expect(wrongWaits([{ ...waiting, awaits: 'stream web.edge.demo' }])).toEqual([
    'conduit edge.demo, in close, waits for stream web.edge.demo',
  ]);
});
