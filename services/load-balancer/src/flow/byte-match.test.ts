import { parseAddress } from '@syncline/trench/address.ts';
import { parseByteMatch } from '@syncline/trench/byte-match.ts';
import { expect, test } from 'vitest';
import type { Packet } from '../packet/packet.ts';
import type { Protocol } from '../packet/protocol.ts';
import { byteMatchHolds } from './byte-match.ts';

const packet = (payload: readonly number[], protocol: Protocol = 'tcp'): Packet => ({
  source: parseAddress('10.0.0.1'),
  destination: parseAddress('20.0.0.1'),
  protocol,
  sourcePort: 1,
  destinationPort: 2,
  payload: Uint8Array.from(payload),
});

const holds = (text: string, of: Packet) => byteMatchHolds(parseByteMatch(text, 'byte match'), of);

test.each([
  ['tcp[0:1]=1', [1], true],
  ['tcp[0:1]=0x02', [1], false],
  ['tcp[1:2]=0x0102', [9, 1, 2], true],
  ['tcp[0:4]=0xffffffff', [255, 255, 255, 255], true],
  ['tcp[0:4]=4294967295', [255, 255, 255, 255], true],
  ['tcp[0:4] & 0x80000000 = 0x80000000', [0x9a, 0, 0, 1], true],
  ['tcp[0 : 1] & 0xf0=0x50', [0x5f], true],
  ['tcp[0:1]&0xf0 = 80', [0x6f], false],
  ['tcp[0:1]&0x0f=0x10', [0x10], false],
])('%s on %j: %s', (text, payload, expected) => {
  expect(holds(text, packet(payload))).toBe(expected);
});

test('a packet that ends before, and one of another protocol, do not match', () => {
  expect(holds('tcp[0:2]=0', packet([0]))).toBe(false);
  expect(holds('tcp[65535:4]=0', packet([0]))).toBe(false);
  expect(holds('tcp[0:1]=0', packet([]))).toBe(false);
  expect(holds('udp[0:1]=0', packet([0]))).toBe(false);
  expect(holds('sctp[0:1]=0', packet([0], 'sctp'))).toBe(true);
});
