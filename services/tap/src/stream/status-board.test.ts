import { VirtualClock } from '@syncline/testkit/virtual-clock.ts';
import { expect, test } from 'vitest';
import { StatusBoard } from './status-board.ts';

const web = { trench: 'demo', conduit: 'edge', stream: 'web' };
const dns = { ...web, stream: 'dns' };
const open = { status: 'open', reason: '' } as const;

test('rows are in the order in which they came, each with when its status became what it is', () => {
  const clock = new VirtualClock();
  const board = new StatusBoard(clock);
  const beganMs = Number(clock.now() / 1_000_000n);
  board.set(web, { status: 'unavailable', reason: 'not yet' });
  board.set(dns, open);
  clock.advance(100);
  board.set(web, { status: 'unavailable', reason: 'still not' });
  clock.advance(100);
  board.set(dns, { status: 'pending', reason: 'again' });
  expect(board.rows.value).toEqual([
    { stream: web, status: 'unavailable', reason: 'still not', sinceUnixMs: beganMs },
    { stream: dns, status: 'pending', reason: 'again', sinceUnixMs: beganMs + 200 },
  ]);
});

test('the same again publishes nothing, and a list that was published never changes', () => {
  const board = new StatusBoard(new VirtualClock());
  board.set(web, open);
  const before = board.rows.value;
  board.set(web, open);
  expect(board.rows.value).toBe(before);
  board.delete(web);
  expect(before).toHaveLength(1);
  expect(board.rows.value).toEqual([]);
});
