// What datastores and syncs may be called. A datastore's name is prefix.target for gNMI clients and a label of
// metrics, so it has no blanks, no wildcard, and fits on a line.

import { invalidField, invalidValue } from '@syncline/rpc/invalid-field.ts';

const form = /^[A-Za-z0-9][A-Za-z0-9._:@/+-]*$/;
const longest = 253;

/** The name in `field`. Throws INVALID_ARGUMENT when it is missing or not one. */
export function readName(field: string, name: string): string {
  if (name === '') throw invalidField(field, 'it is required');
  if (name.length > longest)
    throw invalidField(field, `${name.length} characters, at the most ${longest} are allowed`);
  if (!form.test(name)) {
    throw invalidValue(
      field,
      name,
      'expected letters, digits and . _ : @ / + - with a letter or digit first',
    );
  }
  return name;
}
