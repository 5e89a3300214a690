import { StreamStatus_Status as Status, type StreamStatus } from '@syncline/proto/ambassador.ts';
import { expect, test } from 'vitest';
import { StatusChanges } from './status-changes.ts';

const row = (name: string, status: Status): StreamStatus => ({
  status,
  stream: { name, conduit: { name: 'edge', trench: { name: 'demo' } } },
});

test('each list is told by what is new in it, and what is gone', () => {
  const changes = new StatusChanges();
  expect(changes.in([])).toEqual([]);
  expect(changes.in([row('web', Status.PENDING), row('dns', Status.OPEN)])).toEqual([
    { stream: 'web.edge.demo', status: 'pending' },
    { stream: 'dns.edge.demo', status: 'open' },
  ]);
  expect(changes.in([row('web', Status.OPEN), row('dns', Status.OPEN)])).toEqual([
    { stream: 'web.edge.demo', status: 'open' },
  ]);
  expect(changes.in([row('web', Status.OPEN), row('dns', Status.OPEN)])).toEqual([]);
  expect(changes.in([row('web', Status.UNAVAILABLE)])).toEqual([
    { stream: 'web.edge.demo', status: 'unavailable' },
    { stream: 'dns.edge.demo', status: 'closed' },
  ]);
});
