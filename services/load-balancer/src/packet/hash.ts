// The hash of a packet's five-tuple, so that all packets of a connection reach one target.

import { type Address, v4Mapped } from '@syncline/trench/address.ts';
import type { Packet } from './packet.ts';
import { protocolNumbers } from './protocol.ts';

const start = 5_381;

/**
 * djb2 (hash · 33 + byte, in 32 bits) over both addresses in their 16-byte form, the protocol's number, and both ports
 * in network byte order.
 */
export function flowHash(packet: Packet): number {
  let hash = addressInto(start, packet.source);
  hash = addressInto(hash, packet.destination);
  hash = byteInto(hash, protocolNumbers[packet.protocol]);
  hash = portInto(hash, packet.sourcePort);
  return portInto(hash, packet.destinationPort) >>> 0;
}

function addressInto(hash: number, address: Address): number {
  const { value } = v4Mapped(address);
  let into = hash;
  for (let shift = 96n; shift >= 0n; shift -= 32n) {
    const word = Number(BigInt.asUintN(32, value >> shift));
    into = byteInto(into, word >>> 24);
    into = byteInto(into, (word >>> 16) & 0xff);
    into = byteInto(into, (word >>> 8) & 0xff);
    into = byteInto(into, word & 0xff);
  }
  return into;
}

function portInto(hash: number, port: number): number {
  return byteInto(byteInto(hash, port >>> 8), port & 0xff);
}

function byteInto(hash: number, byte: number): number {
  return (Math.imul(hash, 33) + byte) | 0;
}
