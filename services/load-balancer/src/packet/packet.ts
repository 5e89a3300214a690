// A packet as far as a load balancer looks into it.

import { type Address, parseAddress, unmapped } from '@syncline/trench/address.ts';
import { MalformedError } from '@syncline/trench/malformed-error.ts';
import { checkPort } from './port.ts';
import { type Protocol, parseProtocol } from './protocol.ts';

/** Both addresses are of one family; a v4-mapped IPv6 address is the IPv4 address that it stands for. */
export interface Packet {
  readonly source: Address;
  readonly destination: Address;
  readonly protocol: Protocol;
  /** 0 of a protocol without ports. */
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** From the first byte of the transport header. */
  readonly payload: Uint8Array;
}

/** The same as people and messages write it. */
export interface PacketText {
  readonly sourceIp: string;
  readonly destinationIp: string;
  readonly protocol: string;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly payload: Uint8Array;
}

/** Throws MalformedError naming the field of packet that will not do, as the proto spells it. */
export function parsePacket(text: PacketText): Packet {
  const source = unmapped(parseAddress(text.sourceIp, 'packet.source_ip'));
  const destination = unmapped(parseAddress(text.destinationIp, 'packet.destination_ip'));
  if (source.family !== destination.family) {
    const reason = `not of the family of packet.source_ip, which is ${source.family}`;
    throw new MalformedError('packet.destination_ip', text.destinationIp, reason);
  }
  const protocol = parseProtocol(text.protocol, 'packet.protocol');
  const sourcePort = portOf(protocol, text.sourcePort, 'packet.source_port');
  const destinationPort = portOf(protocol, text.destinationPort, 'packet.destination_port');
  return { source, destination, protocol, sourcePort, destinationPort, payload: text.payload };
}

function portOf(protocol: Protocol, port: number, field: string): number {
  if (protocol !== 'icmp') return checkPort(port, field);
  if (port !== 0) throw new MalformedError(field, String(port), 'icmp has no ports');
  return 0;
}
