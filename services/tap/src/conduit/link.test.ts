import { parsePrefix } from '@syncline/trench/prefix.ts';
import { expect, test } from 'vitest';
import type { Connection } from '../ports.ts';
import { Link } from './link.ts';

const graceMs = 2_000;

function connection(host: number | undefined, change: Partial<Connection> = {}): Connection {
  const srcIps = host === undefined ? [] : [parsePrefix(`10.1.0.${host}/24`)];
  return { id: '1', state: 'up', srcIps, gateways: [parsePrefix('10.1.0.254/24')], policies: [], ...change };
}

/** A link that a Request has just brought up. */
function linkUp(): Link {
  const link = new Link(graceMs);
  link.monitorOpened();
  link.asking();
  link.answered(connection(1), 0);
  return link;
}

test('the epoch grows when the set of addresses changes, and only then', () => {
  const link = linkUp();
  expect(link.snapshot).toMatchObject({ epoch: 1, localIps: ['10.1.0.1/24'] });
  const { snapshot } = link;
  link.hear({ kind: 'update', connection: connection(1) }, 1);
  expect(link.snapshot).toBe(snapshot);
  link.hear({ kind: 'update', connection: connection(2) }, 2);
  expect(link.snapshot).toMatchObject({ epoch: 2, localIps: ['10.1.0.2/24'] });
});

test('the same next hops in another order are the same snapshot', () => {
  const gateways = [parsePrefix('10.1.0.254/24'), parsePrefix('fd00:1::fe/64')];
  const link = linkUp();
  link.hear({ kind: 'update', connection: connection(1, { gateways }) }, 1);
  const { snapshot } = link;
  link.hear({ kind: 'update', connection: connection(1, { gateways: gateways.toReversed() }) }, 2);
  expect(link.snapshot).toBe(snapshot);
  expect(snapshot?.gateways).toHaveLength(2);
});

test('no addresses are believed only after the grace, counted from the first time they were missing', () => {
  const link = linkUp();
  link.hear({ kind: 'update', connection: connection(undefined) }, 10);
  link.hear({ kind: 'update', connection: connection(undefined) }, 900);
  expect(link.emptyAtMs).toBe(10 + graceMs);
  expect(link.snapshot?.localIps).toEqual(['10.1.0.1/24']);
  link.hear({ kind: 'update', connection: connection(1) }, 1_000);
  expect(link.emptyAtMs).toBe(Number.POSITIVE_INFINITY);
  link.hear({ kind: 'update', connection: connection(undefined) }, 1_100);
  link.believeEmpty();
  expect(link.snapshot).toMatchObject({ epoch: 2, localIps: [] });
});

test('what the monitor told while a Request was under way is not undone by its answer, but they are not agreed', () => {
  const link = linkUp();
  link.asking();
  link.hear({ kind: 'update', connection: connection(2) }, 1);
  expect(link.answered(connection(1), 2)).toBe(false);
  expect(link.snapshot?.localIps).toEqual(['10.1.0.2/24']);
  link.asking();
  expect(link.answered(connection(3), 3)).toBe(true);
  expect(link.snapshot?.localIps).toEqual(['10.1.0.3/24']);
});

const two = [parsePrefix('10.1.0.1/24'), parsePrefix('10.1.0.2/24')];
const vip = parsePrefix('20.0.0.1/32');

test.each([
  ['no addresses', { srcIps: [] }, false],
  ['another state', { srcIps: two, state: 'down' }, false],
  ['another next hop', { srcIps: two, gateways: [parsePrefix('10.1.0.253/24')] }, false],
  ['the same in another order', { srcIps: two.toReversed() }, true],
  ['the same without a VIP that is being asked for', { srcIps: two }, true],
] as const)('an answer and %s heard while the Request was under way: agreed or not', (_, heard, isAgreed) => {
  const link = linkUp();
  link.setVips([vip], 1);
  link.asking();
  link.hear({ kind: 'update', connection: connection(undefined, heard) }, 1);
  expect(link.answered(connection(undefined, { srcIps: [...two, vip] }), 2)).toBe(isAgreed);
});

test('a first event without our connection means nothing when a Request has succeeded since the monitor was opened', () => {
  const link = linkUp();
  link.hear({ kind: 'initial', connection: undefined }, 1);
  expect(link.kind).toBe('up');
  link.monitorOpened();
  link.hear({ kind: 'initial', connection: undefined }, 2);
  expect(link.kind).toBe('lost');
});

test('a connection that is deleted keeps its addresses for its streams, and is down', () => {
  const link = linkUp();
  link.hear({ kind: 'delete' }, 1);
  expect(link).toMatchObject({ kind: 'lost', connection: undefined, mayExist: true });
  expect(link.snapshot?.localIps).toEqual(['10.1.0.1/24']);
});

test('one that was deleted while a Request for it was under way is not taken for there', () => {
  const link = new Link(graceMs);
  link.asking();
  link.hear({ kind: 'delete' }, 1);
  link.answered(connection(1), 2);
  expect(link.kind).toBe('none');
});

test('a connection of the time before is what the first Request is about, and may exist from when it was heard of', () => {
  const link = new Link(graceMs);
  const before = connection(1, { state: 'down' });
  link.hear({ kind: 'initial', connection: before }, 0);
  expect(link).toMatchObject({ kind: 'none', connection: before, mayExist: true, hasHeardInitial: true });
});

test('nobody builds on a connection that is being closed, whatever is heard of it', () => {
  const link = linkUp();
  link.closing();
  link.hear({ kind: 'update', connection: connection(1) }, 1);
  expect(link).toMatchObject({ kind: 'closing', snapshot: undefined, mayExist: true });
  link.closed();
  expect(link).toMatchObject({ kind: 'none', connection: undefined, mayExist: false });
});

test('an address that becomes a VIP is no address of the target any more', () => {
  const link = linkUp();
  link.hear(
    {
      kind: 'update',
      connection: connection(1, { srcIps: [parsePrefix('10.1.0.1/24'), parsePrefix('10.1.0.2/24')] }),
    },
    1,
  );
  link.setVips([parsePrefix('10.1.0.2/32')], 2);
  expect(link.snapshot?.localIps).toEqual(['10.1.0.1/24']);
});
