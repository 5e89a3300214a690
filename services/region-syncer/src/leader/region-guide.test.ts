import { ByteWriter } from '@syncline/protobuf/byte-writer.ts';
import { expect, test } from 'vitest';
import { Heartbeat, readHeartbeat } from '../wire/heartbeat.ts';
import { appendHeartbeat } from '../wire/heartbeat-block.ts';
import { RegionFields, readBlock } from '../wire/region-fields.ts';
import { RegionGuide } from './region-guide.ts';
import { heartbeatOf, type Said } from './world/heartbeats.ts';

const known: Said = { id: 1, start: 'a', end: 'b', version: 3, confVer: 4, written: 1_499, leader: 1 };

function isNews(change: Partial<Said>, flowDigits = 3): boolean {
  const before = new Heartbeat();
  const first = heartbeatOf(known);
  readHeartbeat(first, before);
  const block = new ByteWriter(256);
  appendHeartbeat(first, before, new Uint8Array(0), block);
  const fields = new RegionFields();
  readBlock(block.bytes, 0, block.length, fields);
  const bytes = heartbeatOf({ ...known, ...change });
  const heartbeat = new Heartbeat();
  readHeartbeat(bytes, heartbeat);
  return new RegionGuide(flowDigits).isNews(bytes, heartbeat, block.bytes, fields);
}

test.each<[string, Partial<Said>]>([
  ['the same again', {}],
  ['traffic that rounds to the same', { written: 500 }],
  ['a raft term of the same leader', { term: 9 }],
  ['peers that are down', { down: [2] }],
])('%s is no news', (_, change) => {
  expect(isNews(change)).toBe(false);
});

test.each<[string, Partial<Said>]>([
  ['traffic that rounds to more', { written: 1_500 }],
  ['traffic that rounds to less', { written: 499 }],
  ['another leader', { leader: 1_001 }],
  ['a newer version', { version: 4 }],
  ['a newer conf_ver', { confVer: 5 }],
  ['another range', { end: 'c' }],
  ['a peer on another store', { store: 2 }],
])('%s is news', (_, change) => {
  expect(isNews(change)).toBe(true);
});

test('without rounding every change of traffic is news', () => {
  expect(isNews({ written: 1_498 }, 0)).toBe(true);
});
