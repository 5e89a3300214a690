// How client and proxy are joined: by a kernel interface, which has a name in the client's network namespace.

import type { Mechanism } from '@syncline/proto/connection.ts';
import { MalformedError } from '@syncline/trench/malformed-error.ts';

const local = 'LOCAL';
const kernel = 'KERNEL';
/** The parameter that is the interface's name. */
const nameKey = 'name';
/** What the kernel accepts, IFNAMSIZ less its zero byte. */
const maxInterfaceName = 15;

/**
 * The mechanism that is asked for: the one the connection has, else the first preference that can be had, else a kernel
 * interface. Throws MalformedError when none of what is asked for can be had, or its interface name cannot.
 */
export function chooseMechanism(
  present: Mechanism | undefined,
  preferences: readonly Mechanism[],
): Mechanism {
  const asked = present === undefined ? preferences : [present];
  const chosen = asked.find(({ cls, type }) => (cls === '' || cls === local) && type === kernel);
  if (chosen === undefined && asked.length > 0) {
    const field = present === undefined ? 'mechanism_preferences' : 'connection.mechanism';
    const value = asked.map(({ cls, type }) => `${cls} ${type}`).join(', ');
    throw new MalformedError(field, value, `only ${local} ${kernel} can be had`);
  }
  const parameters = chosen?.parameters ?? {};
  const name = parameters[nameKey] ?? '';
  if (name !== '') checkInterfaceName(name);
  return { cls: local, type: kernel, parameters };
}

/** The interface's name; undefined when there is none yet. */
export function interfaceName({ parameters }: Mechanism): string | undefined {
  return parameters[nameKey] || undefined;
}

/** The mechanism with this interface name. */
export function withInterface(mechanism: Mechanism, name: string): Mechanism {
  return { ...mechanism, parameters: { ...mechanism.parameters, [nameKey]: name } };
}

function checkInterfaceName(name: string): void {
  const usable = /^[^\s/:]+$/.test(name) && name !== '.' && name !== '..';
  if (usable && Buffer.byteLength(name) <= maxInterfaceName) return;
  throw new MalformedError(
    'mechanism.parameters.name',
    name,
    `an interface name has 1 to ${maxInterfaceName} bytes, and no space, slash or colon`,
  );
}
