import { expect, test } from 'vitest';
import { type ConduitStanding, nextStep } from './decision.ts';

const never = Number.POSITIVE_INFINITY;
const up: ConduitStanding = {
  isWanted: true,
  streams: 1,
  link: 'up',
  mayExist: true,
  hasHeardInitial: true,
  recoverByMs: 0,
  retryAtMs: 0,
  healAtMs: never,
  renewAtMs: 60_000,
  emptyAtMs: never,
  closeByMs: never,
  isEgressDue: false,
};
const none: ConduitStanding = { ...up, link: 'none', mayExist: false, renewAtMs: never };

test('the first Request waits for the monitor to tell of a connection that was there before, but not for long', () => {
  const waiting = { ...none, hasHeardInitial: false, recoverByMs: 2_000 };
  expect(nextStep(waiting, 0)).toEqual({ kind: 'rest', untilMs: 2_000 });
  expect(nextStep(waiting, 2_000)).toEqual({ kind: 'connect' });
  expect(nextStep({ ...waiting, hasHeardInitial: true }, 0)).toEqual({ kind: 'connect' });
});

test('a connection that is up is left alone until its renewal, unless the VIPs are others', () => {
  expect(nextStep(up, 59_999)).toEqual({ kind: 'rest', untilMs: 60_000 });
  expect(nextStep(up, 60_000)).toEqual({ kind: 'update' });
  expect(nextStep({ ...up, isEgressDue: true }, 0)).toEqual({ kind: 'update' });
  expect(nextStep({ ...up, isEgressDue: true, retryAtMs: 70_000 }, 0)).toEqual({
    kind: 'rest',
    untilMs: 70_000,
  });
});

test('a link that is down is given time before another endpoint is asked for; one that is lost is not', () => {
  expect(nextStep({ ...up, link: 'down', healAtMs: 5_000 }, 0)).toEqual({ kind: 'rest', untilMs: 5_000 });
  expect(nextStep({ ...up, link: 'down', healAtMs: 5_000 }, 5_000)).toEqual({ kind: 'reselect' });
  expect(nextStep({ ...up, link: 'lost' }, 0)).toEqual({ kind: 'connect' });
});

test('the end of the grace is seen even while a Request is due later', () => {
  expect(nextStep({ ...up, emptyAtMs: 2_000 }, 0)).toEqual({ kind: 'rest', untilMs: 2_000 });
  expect(nextStep({ ...up, emptyAtMs: 2_000 }, 2_000)).toEqual({ kind: 'believe-empty' });
});

test('a connection is closed when its streams are over, retried within its budget, and then given up', () => {
  const closing = { ...up, isWanted: false, streams: 0, closeByMs: 15_000 };
  expect(nextStep({ ...closing, streams: 1 }, 0)).toEqual({ kind: 'rest', untilMs: never });
  expect(nextStep(closing, 0)).toEqual({ kind: 'close' });
  expect(nextStep({ ...closing, retryAtMs: 100 }, 50)).toEqual({ kind: 'rest', untilMs: 100 });
  expect(nextStep({ ...closing, retryAtMs: 20_000 }, 50)).toEqual({ kind: 'rest', untilMs: 15_000 });
  expect(nextStep(closing, 15_000)).toEqual({ kind: 'give-up' });
  expect(nextStep({ ...closing, mayExist: false }, 0)).toEqual({ kind: 'over' });
});
