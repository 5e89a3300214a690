// What a trench, a conduit, a stream or a node may be called.

import { MalformedError } from './malformed-error.ts';

/** Names become labels of a network service's and of a host's name, which have no more room (RFC 1123 2.1). */
const maxNameLength = 63;

const label = /^[A-Za-z0-9](?:[-_A-Za-z0-9]*[A-Za-z0-9])?$/;

/**
 * `name` when it is one: 1 to 63 letters, digits, `-` and `_`, the first and the last a letter or a digit. A dot is
 * none of them, as it separates names. Throws MalformedError naming `field`.
 */
export function checkName(name: string, field: string): string {
  if (name === '') throw new MalformedError(field, name, 'the name is empty');
  if (name.length > maxNameLength) {
    throw new MalformedError(field, name, `longer than ${maxNameLength} characters`);
  }
  if (!label.test(name)) {
    throw new MalformedError(
      field,
      name,
      'a name has letters, digits, - and _, and begins and ends with a letter or a digit',
    );
  }
  return name;
}
