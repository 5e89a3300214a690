// Where an NSP listens, as an operator writes it.

import { optional, type Setting } from '@syncline/rpc/setting-types.ts';

const form = /^(?:\[[0-9A-Fa-f:.]+\]|[^\s:/[\]]+):(\d{1,5})$/;

/** A setting of the form `host:port` or `[2001:db8::1]:port`; undefined when it is not given. */
export function address(doc: string): Setting<string | undefined> {
  return optional(
    (fallback, text) => ({ form: 'host:port', fallback, doc: text, secret: false, parse }),
    doc,
  );
}

function parse(text: string): string {
  const [, port] = form.exec(text) ?? [];
  if (port === undefined || Number(port) < 1 || Number(port) > 65_535)
    throw new RangeError('expected host:port such as nsp:7778 or [2001:db8::1]:7778');
  return text;
}
