// Settings that are names, of which network services and ids are made.

import type { Setting } from '@syncline/rpc/setting-types.ts';
import { MalformedError } from '@syncline/trench/malformed-error.ts';
import { checkName } from '@syncline/trench/name.ts';

/** A name of one label. */
export function name(fallback: string, doc: string): Setting<string> {
  return { form: 'name', fallback, doc, secret: false, parse: readName };
}

/** Names separated by commas, each once. */
export function names(fallback: string, doc: string): Setting<readonly string[]> {
  const parse = (given: string) => {
    const list = given.split(',').map((part) => readName(part.trim()));
    if (new Set(list).size < list.length) throw new RangeError('a name is there twice');
    return list;
  };
  return { form: 'names', fallback, doc, secret: false, parse };
}

/** The name of a machine, which may have dots; a suffix must still fit. */
export function nodeName(fallback: string, doc: string): Setting<string> {
  const parse = (given: string) => {
    if (!/^[A-Za-z0-9](?:[-._A-Za-z0-9]{0,198}[A-Za-z0-9])?$/.test(given)) {
      throw new RangeError('expected up to 200 letters, digits, - . and _, a letter or digit at both ends');
    }
    return given;
  };
  return { form: 'node name', fallback, doc, secret: false, parse };
}

function readName(given: string): string {
  try {
    return checkName(given, 'name');
  } catch (error) {
    if (error instanceof MalformedError) throw new RangeError(error.message);
    throw error;
  }
}
