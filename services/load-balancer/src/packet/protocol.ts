// The protocols that packets may have.

import { oneOf } from '@syncline/trench/one-of.ts';
import { type Transport, transports } from '@syncline/trench/transport.ts';

/** What a packet is of; icmp stands for an echo of either family, which has no ports. */
export type Protocol = Transport | 'icmp';

/** As IANA numbers them. */
export const protocolNumbers: Readonly<Record<Protocol, number>> = { icmp: 1, tcp: 6, udp: 17, sctp: 132 };

const protocols = [...transports, 'icmp'] as const;

/** The protocol of a packet that `text` names. Throws MalformedError naming `field`. */
export function parseProtocol(text: string, field: string): Protocol {
  return oneOf(protocols, text, field);
}
