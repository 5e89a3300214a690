// The packets that are looked up: TCP, from many sources to the VIP of the one stream.

import type { Packet } from '@syncline/proto/loadbalancer-admin.ts';
import { integer, seededRng } from '@syncline/runtime/rng.ts';

const connections = 4_096;
const seed = 7;

/** The same in each measurement. */
export function packets(): readonly Packet[] {
  const rng = seededRng(seed);
  const byte = () => integer(rng, 256);
  return Array.from({ length: connections }, () => ({
    sourceIp: `10.${byte()}.${byte()}.${byte()}`,
    destinationIp: '20.0.0.0',
    protocol: 'tcp',
    sourcePort: 1_024 + integer(rng, 60_000),
    destinationPort: 80,
    payload: new Uint8Array(),
  }));
}
