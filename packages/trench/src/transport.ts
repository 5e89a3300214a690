// The protocols with ports, which flows, byte matches and port NATs may be about.

import { oneOf } from './one-of.ts';

export const transports = ['tcp', 'udp', 'sctp'] as const;
export type Transport = (typeof transports)[number];

/** The transport that `text` names. Throws MalformedError naming `field`. */
export function parseTransport(text: string, field: string): Transport {
  return oneOf(transports, text, field);
}
