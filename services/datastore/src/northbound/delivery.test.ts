import { expect, test } from 'vitest';
import { Delivery, type DeliveryEvent } from './delivery.ts';

const more: DeliveryEvent = { kind: 'page', then: { kind: 'more' }, full: false };
const live: DeliveryEvent = { kind: 'page', then: { kind: 'live', feed: 7, head: 40 }, full: false };
const done: DeliveryEvent = { kind: 'page', then: { kind: 'done' }, full: false };

function streaming(): Delivery {
  const delivery = new Delivery('stream', 2);
  delivery.take(live);
  return delivery;
}

test('a page is asked for when the one before has been written', () => {
  const delivery = new Delivery('stream', 2);
  expect(delivery.take(more)).toEqual([{ kind: 'ask', message: 'pull' }]);
  expect(delivery.take(live)).toEqual([{ kind: 'join', feed: 7, head: 40 }]);
  expect(delivery.phase).toBe('live');
  expect(delivery.lagging).toBe(false);
});

test('nothing is asked for while the queue is full', () => {
  const delivery = new Delivery('stream', 2);
  expect(delivery.take({ ...more, full: true })).toEqual([]);
  expect(delivery.phase).toBe('holding');
  expect(delivery.take({ kind: 'drained' })).toEqual([{ kind: 'ask', message: 'pull' }]);
});

test('a live subscriber that is overrun tells how far it was given everything, and asks when it has drained', () => {
  const delivery = streaming();
  expect(delivery.take({ kind: 'overrun', head: 51 })).toEqual([
    { kind: 'leave' },
    { kind: 'lag', cursor: 51 },
  ]);
  expect(delivery.lagging).toBe(true);
  expect(delivery.take({ kind: 'behind', full: false })).toEqual([]);
  expect(delivery.take({ kind: 'drained' })).toEqual([{ kind: 'ask', message: 'pull' }]);
  expect(delivery.take(live)).toEqual([{ kind: 'join', feed: 7, head: 40 }]);
});

test('a commit too large to push is pulled, at once or when the queue has drained', () => {
  expect(streaming().take({ kind: 'behind', full: false })).toEqual([
    { kind: 'leave' },
    { kind: 'ask', message: 'pull' },
  ]);
  const full = streaming();
  expect(full.take({ kind: 'behind', full: true })).toEqual([{ kind: 'leave' }]);
  expect(full.take({ kind: 'drained' })).toEqual([{ kind: 'ask', message: 'pull' }]);
});

test('a sample that nobody asked for changes nothing', () => {
  const delivery = streaming();
  expect(delivery.take({ kind: 'page', then: { kind: 'unasked', head: 50 }, full: true })).toEqual([]);
  expect(delivery.phase).toBe('live');
});

test('ONCE ends with OK after its set', () => {
  const delivery = new Delivery('once', 2);
  expect(delivery.take(done)).toEqual([
    { kind: 'leave' },
    { kind: 'ask', message: 'unsubscribe' },
    { kind: 'end', code: 'OK', details: '' },
  ]);
  expect(delivery.take(live)).toEqual([]);
});

test('STREAM goes on after the client has closed its side', () => {
  const delivery = streaming();
  expect(delivery.take({ kind: 'half-closed' })).toEqual([]);
  expect(delivery.phase).toBe('live');
});

test('polls wait while a set is being sent, up to the bound', () => {
  const delivery = new Delivery('poll', 2);
  expect(delivery.take({ kind: 'poll', full: false })).toEqual([]);
  expect(delivery.take({ kind: 'poll', full: false })).toEqual([]);
  expect(delivery.take({ kind: 'poll', full: false }).at(-1)).toEqual({
    kind: 'end',
    code: 'RESOURCE_EXHAUSTED',
    details: 'poll: 2 polls wait for their answer already',
  });
});

test('POLL answers what was asked before the half-close and then ends with OK', () => {
  const delivery = new Delivery('poll', 2);
  delivery.take(done);
  expect(delivery.take({ kind: 'poll', full: false })).toEqual([{ kind: 'ask', message: 'poll' }]);
  delivery.take({ kind: 'poll', full: false });
  expect(delivery.take({ kind: 'half-closed' })).toEqual([]);
  expect(delivery.take({ ...done, full: true })).toEqual([]);
  expect(delivery.take({ kind: 'drained' })).toEqual([{ kind: 'ask', message: 'poll' }]);
  expect(delivery.take(done).at(-1)).toEqual({ kind: 'end', code: 'OK', details: '' });
});

test('a subscriber that the core has let go is not taken from it again', () => {
  const effects = streaming().take({ kind: 'dismissed', code: 'NOT_FOUND', details: 'deleted' });
  expect(effects).toEqual([{ kind: 'leave' }, { kind: 'end', code: 'NOT_FOUND', details: 'deleted' }]);
});

test('a client that has gone is sent no status', () => {
  expect(streaming().take({ kind: 'gone' })).toEqual([
    { kind: 'leave' },
    { kind: 'ask', message: 'unsubscribe' },
  ]);
});
