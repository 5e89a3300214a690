// The protocols that packets and flows may have.

import { MalformedError } from '@syncline/trench/malformed-error.ts';

/** Protocols with ports, which a flow may ask for. */
export const transports = ['tcp', 'udp', 'sctp'] as const;
export type Transport = (typeof transports)[number];

/** What a packet is of; icmp stands for an echo of either family, which has no ports. */
export type Protocol = Transport | 'icmp';

/** As IANA numbers them. */
export const protocolNumbers: Readonly<Record<Protocol, number>> = { icmp: 1, tcp: 6, udp: 17, sctp: 132 };

const protocols = [...transports, 'icmp'] as const;

/** The transport that `text` names. Throws MalformedError naming `field`. */
export function parseTransport(text: string, field: string): Transport {
  return oneOf(transports, text, field);
}

/** The protocol of a packet that `text` names. Throws MalformedError naming `field`. */
export function parseProtocol(text: string, field: string): Protocol {
  return oneOf(protocols, text, field);
}

function oneOf<Word extends string>(words: readonly Word[], text: string, field: string): Word {
  const word = words.find((each) => each === text);
  if (word === undefined) throw new MalformedError(field, text, `not one of ${words.join(', ')}`);
  return word;
}
