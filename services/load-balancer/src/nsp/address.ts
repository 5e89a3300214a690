// Where an NSP listens, as an operator writes it.

import type { Setting } from '@syncline/rpc/setting-types.ts';

const form = /^(?:\[[0-9A-Fa-f:.]+\]|[^\s:/[\]]+):(\d{1,5})$/;
const highestPort = 65_535;

/** A setting of the form `host:port` or `[2001:db8::1]:port`. */
export function address(fallback: string, doc: string): Setting<string> {
  return { form: 'host:port', fallback, doc, secret: false, parse: parseAddress };
}

function parseAddress(text: string): string {
  const [, port] = form.exec(text) ?? [];
  if (port === undefined || Number(port) < 1 || Number(port) > highestPort) {
    throw new RangeError('expected host:port such as nsp:7778 or [2001:db8::1]:7778');
  }
  return text;
}
