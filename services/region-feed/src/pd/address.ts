// Where the members of a PD cluster listen, as an operator writes it.

import type { Setting } from '@syncline/rpc/setting-types.ts';

const form = /^(?:http:\/\/)?(\[[0-9a-fA-F:]+\]|[^\s:/[\]]+):(\d{1,5})\/?$/;
const highestPort = 65_535;

/**
 * Addresses `host:port` or `http://host:port`, separated by commas, without the scheme.
 * Throws RangeError naming the one that is no address.
 */
export function parseAddresses(text: string): readonly string[] {
  return text.split(',').map((part) => {
    const given = part.trim();
    const [, host, port] = form.exec(given) ?? [];
    if (host === undefined || Number(port) < 1 || Number(port) > highestPort) {
      throw new RangeError(`expected host:port or http://host:port, separated by commas, not "${given}"`);
    }
    return `${host}:${port}`;
  });
}

/** A setting that holds one address or several. */
export function addresses(fallback: string, doc: string): Setting<readonly string[]> {
  return { form: 'addresses', fallback, doc, secret: false, parse: parseAddresses };
}
