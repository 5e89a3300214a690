// The hash of a packet's five-tuple, so that all packets of a connection reach one target.

import type { Address } from '@syncline/trench/address.ts';
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
  hash = shortInto(hash, packet.sourcePort);
  return shortInto(hash, packet.destinationPort) >>> 0;
}

/** An IPv4 address as ::ffff:a.b.c.d (RFC 4291 2.5.5.2), without arithmetic on numbers of 128 bits. */
function addressInto(hash: number, { family, value }: Address): number {
  if (family === 'ipv4') return wordInto(wordInto(wordInto(wordInto(hash, 0), 0), 0xffff), Number(value));
  let into = hash;
  for (let shift = 96n; shift >= 0n; shift -= 32n) {
    into = wordInto(into, Number(BigInt.asUintN(32, value >> shift)));
  }
  return into;
}

function wordInto(hash: number, word: number): number {
  return shortInto(shortInto(hash, word >>> 16), word & 0xffff);
}

function shortInto(hash: number, short: number): number {
  return byteInto(byteInto(hash, short >>> 8), short & 0xff);
}

function byteInto(hash: number, byte: number): number {
  return (Math.imul(hash, 33) + byte) | 0;
}
