// Settings of forms that only a tap has: names of Kubernetes, and the mode of a file.

import type { Setting } from '@syncline/rpc/setting-types.ts';
import { MalformedError } from '@syncline/trench/malformed-error.ts';
import { checkName } from '@syncline/trench/name.ts';

const longestName = 253;

/** The name of a pod or a node: labels with dots between. */
export function name(fallback: string, doc: string): Setting<string> {
  return { form: 'name', fallback, doc, secret: false, parse: readName };
}

/** A name without dots, as it is a part of others. */
export function label(fallback: string, doc: string): Setting<string> {
  return { form: 'label', fallback, doc, secret: false, parse: readLabel };
}

/** The mode of a file in octal digits, `0660`. */
export function fileMode(fallback: string, doc: string): Setting<number> {
  return { form: 'mode 0000..0777', fallback, doc, secret: false, parse: readMode };
}

function readName(text: string): string {
  if (text.length > longestName || !/^[A-Za-z0-9](?:[-_.A-Za-z0-9]*[A-Za-z0-9])?$/.test(text))
    throw new RangeError(
      `expected up to ${longestName} letters, digits, dots, - and _, with a letter or digit at both ends`,
    );
  return text;
}

function readLabel(text: string): string {
  try {
    return checkName(text, 'label');
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error;
    throw new RangeError(error.reason, { cause: error });
  }
}

function readMode(text: string): number {
  if (!/^0?[0-7]{3}$/.test(text)) throw new RangeError('expected three octal digits such as 660 or 0777');
  return Number.parseInt(text, 8);
}
