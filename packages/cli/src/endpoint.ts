// An address with or without a port, as people type them.

import { InvalidArgumentError } from 'commander';

/** What a packet comes from or goes to; port 0 when none was given. */
export interface Endpoint {
  readonly ip: string;
  readonly port: number;
}

const bracketed = /^\[([^\]]*)\](?::(\d{1,5}))?$/;
const dotted = /^([^:]*)(?::(\d{1,5}))?$/;

/** Reads `10.0.0.1`, `10.0.0.1:80`, `2001:db8::1` or `[2001:db8::1]:80`. Throws InvalidArgumentError. */
export function readEndpoint(text: string): Endpoint {
  const [, ip, port = '0'] = bracketed.exec(text) ?? dotted.exec(text) ?? ['', text];
  if (ip === undefined || ip === '' || Number(port) > 65_535) {
    throw new InvalidArgumentError(
      'expected an address, or address:port such as 10.0.0.1:80 or [2001:db8::1]:80',
    );
  }
  return { ip, port: Number(port) };
}
