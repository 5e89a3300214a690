// What the entries of all lists have: a name that no other entry of the list has.

import { MalformedError } from '@syncline/trench/malformed-error.ts';
import { checkName } from '@syncline/trench/name.ts';
import type { Part } from './document.ts';
import type { Mapping } from './mapping.ts';
import type { Kind } from './model.ts';

/** An entry as it stands in the file: its fields are read, its references are names. */
export interface Entry<Fields> {
  readonly at: Mapping;
  readonly name: string;
  readonly fields: Fields;
}

/**
 * Reads the entries below a key. One without a name or with another's is a problem; those whose names become part of
 * network names (`strict`) may have no dots.
 */
export function readEntries<Fields>(
  part: Part,
  kind: Kind,
  keys: readonly string[],
  naming: 'strict' | 'free',
  read: (at: Mapping) => Fields,
): readonly Entry<Fields>[] {
  const lines = new Map<string, number>();
  return (part(kind, ['items'])?.mappings('items', ['name', ...keys]) ?? []).map((at) => {
    const name = at.text('name');
    const problem = naming === 'strict' ? strictly(name) : freely(name);
    if (problem !== undefined) at.wrong('name', at.has('name') ? name : undefined, problem);
    const first = lines.get(name);
    if (first !== undefined && name !== '') at.wrong('name', name, `is the name of line ${first} too`);
    else lines.set(name, at.place('name').line);
    return { at, name, fields: read(at) };
  });
}

/** What is wrong with a name that becomes part of a network's name. */
export function strictly(name: string): string | undefined {
  try {
    checkName(name, 'name');
    return undefined;
  } catch (error) {
    if (error instanceof MalformedError) return error.reason;
    throw error;
  }
}

// As long as the name of a Kubernetes object may be.
const longestName = 253;

function freely(name: string): string | undefined {
  if (name === '') return 'the name is empty';
  if (name.length > longestName) return `longer than ${longestName} characters`;
  return /\p{Cc}/u.test(name) ? 'has control characters' : undefined;
}
