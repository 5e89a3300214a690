// Where the members of a PD cluster listen, as an operator writes it.

import { isHostAndPort, type Setting } from '@syncline/rpc/setting-types.ts';

const url = /^(?:http:\/\/)?(.*?)\/?$/;

/**
 * Addresses `host:port` or `http://host:port`, separated by commas, without the scheme.
 * Throws RangeError naming the one that is no address.
 */
export function parseAddresses(text: string): readonly string[] {
  return text.split(',').map((part) => {
    const given = part.trim();
    const [, address = ''] = url.exec(given) ?? [];
    if (!isHostAndPort(address)) {
      throw new RangeError(`expected host:port or http://host:port, separated by commas, not "${given}"`);
    }
    return address;
  });
}

/** A setting that holds one address or several. */
export function addresses(fallback: string, doc: string): Setting<readonly string[]> {
  return { form: 'addresses', fallback, doc, secret: false, parse: parseAddresses };
}
