import { Region } from '@syncline/proto/pdpb.ts';
import { expect, test } from 'vitest';
import { jsonText } from './print.ts';
import { regionJson, regionRow } from './region-row.ts';

const region = Region.fromPartial({
  region: {
    id: 2n ** 64n - 1n,
    startKey: Buffer.from([0x74, 0x80]),
    regionEpoch: { confVer: 3n, version: 4n },
    peers: [
      { id: 11n, storeId: 1n },
      { id: 12n, storeId: 2n, role: 1 },
    ],
  },
  leader: { id: 11n, storeId: 1n },
  downPeers: [{ peer: { id: 12n, storeId: 2n }, downSeconds: 300n }],
  buckets: { version: 9n, keys: [Buffer.from('t')] },
});

test('a line has the keys in the form that is asked for, and each peer with its store', () => {
  expect(regionRow(region, false)).toEqual([
    '18446744073709551615',
    't\\x80',
    '""',
    '4',
    '3',
    '11@1',
    '11@1 12@2/learner',
  ]);
  expect(regionRow(region, true)[1]).toBe('0x7480');
});

test('a leader that is not known is said so, whether it is missing or empty', () => {
  expect(regionRow({ ...region, leader: undefined }, false)[5]).toBe('unknown');
  const none = { id: 0n, storeId: 0n, role: 0, isWitness: false } as const;
  expect(regionRow({ ...region, leader: none }, false)[5]).toBe('unknown');
});

test('JSON has keys in hex and every digit', () => {
  expect(jsonText(regionJson(region))).toBe(
    '{"id":18446744073709551615,"start_key":"0x7480","end_key":"0x","epoch":{"conf_ver":3,"version":4},' +
      '"peers":[{"id":11,"store_id":1,"role":"voter"},{"id":12,"store_id":2,"role":"learner"}],' +
      '"leader":{"id":11,"store_id":1,"role":"voter"},' +
      '"down_peers":[{"id":12,"store_id":2,"role":"voter","down_seconds":300}],"pending_peers":[],' +
      '"buckets":{"version":9,"keys":["0x74"]}}',
  );
});
