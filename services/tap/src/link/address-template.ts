// Where the neighbours of a trench are: addresses with places for names, since each trench has neighbours of its own.

import { isHostAndPort, type Setting } from '@syncline/rpc/setting-types.ts';

/** What the places of a template stand for. */
export interface Places {
  readonly trench: string;
  readonly namespace: string;
}

const place = /\{(trench|namespace)\}/g;

/** The address for these names: `nsp-{trench}.{namespace}:7778` becomes `nsp-a.default:7778`. */
export function addressFor(template: string, places: Places): string {
  return template.replaceAll(place, (_, name: keyof Places) => places[name]);
}

/** `host:port` or `unix:/path`, with `{trench}` and `{namespace}` where the names belong. Throws RangeError. */
export function parseAddressTemplate(text: string): string {
  const filled = addressFor(text, { trench: 'trench', namespace: 'namespace' });
  if (/[{}]/.test(filled)) throw new RangeError('expected no places but {trench} and {namespace}');
  if (filled.startsWith('unix:/') || isHostAndPort(filled)) return text;
  throw new RangeError('expected host:port such as 10.0.0.1:7778, or unix:/path');
}

/** A setting that holds a template. */
export function addressTemplate(fallback: string, doc: string): Setting<string> {
  return { form: 'address template', fallback, doc, secret: false, parse: parseAddressTemplate };
}
