// Settings of forms that only a member of a cluster has: ids of 64 bits, host and port, client URLs.

import { isHostAndPort, optional, type Setting } from '@syncline/rpc/setting-types.ts';

const largest = 2n ** 64n - 1n;

/** An id of 64 bits other than 0, which means that there is none; undefined when it is not given. */
export function id(doc: string): Setting<bigint | undefined> {
  return optional((fallback, text) => form('id 1..18446744073709551615', fallback, text, readId), doc);
}

/** `host:port` or `[2001:db8::1]:port`, one or several, separated by commas; none when it is not given. */
export function addresses(doc: string): Setting<readonly string[]> {
  return form('host:port, …', '', doc, (text) => listed(text).map(readAddress));
}

/** URLs such as `http://10.0.0.1:3379`, separated by commas; none when it is not given. */
export function urls(doc: string): Setting<readonly string[]> {
  return form('URLs', '', doc, readUrls);
}

function form<Value>(
  name: string,
  fallback: string,
  doc: string,
  parse: (text: string) => Value,
): Setting<Value> {
  return { form: name, fallback, doc, secret: false, parse };
}

function readId(text: string): bigint {
  const value = /^\d{1,20}$/.test(text) ? BigInt(text) : 0n;
  if (value === 0n || value > largest) throw new RangeError(`expected a whole number from 1 to ${largest}`);
  return value;
}

function readAddress(text: string): string {
  if (isHostAndPort(text)) return text;
  throw new RangeError(
    `expected host:port such as 10.0.0.1:3379 or [2001:db8::1]:3379, not ${JSON.stringify(text)}`,
  );
}

function readUrls(text: string): readonly string[] {
  const given = listed(text);
  for (const url of given) {
    if (!/^https?:\/\/[^\s/]+$/.test(url) || !URL.canParse(url)) {
      throw new RangeError(
        `expected URLs such as http://10.0.0.1:3379, separated by commas, not ${JSON.stringify(url)}`,
      );
    }
  }
  return given;
}

function listed(text: string): string[] {
  return text === '' ? [] : text.split(',').map((part) => part.trim());
}
