// Reads whom a request is about. Texts about what is absent or unknown are Meridio's; it gives them the status UNKNOWN.

import { type Child, IPFamily } from '@syncline/proto/ipam-v1.ts';
import type { Family } from '@syncline/trench/address.ts';
import { checkName } from '@syncline/trench/name.ts';
import { conduitNameOf } from '@syncline/trench/wire-name.ts';
import type { ChildName } from '../tree/child-name.ts';

/** What is given out here. */
export interface Served {
  readonly families: readonly Family[];
  /** The one trench that there is; undefined for any. */
  readonly trench: string | undefined;
  /** How long the names of nodes and children may be, in UTF-16 units. */
  readonly maxName: number;
}

/** The request names a trench that is not served here. */
export class NoTrenchError extends Error {
  override name = 'NoTrenchError';

  constructor(trench: string, served: string) {
    super(`no corresponding trench: ${JSON.stringify(trench)} is not ${JSON.stringify(served)}`);
  }
}

/** The request cannot be read. */
export class ChildError extends Error {
  override name = 'ChildError';
}

const familyOf: Readonly<Partial<Record<IPFamily, Family>>> = {
  [IPFamily.IPV4]: 'ipv4',
  [IPFamily.IPV6]: 'ipv6',
};

/** Throws ChildError, MissingParentError and MalformedError for what cannot be meant, and NoTrenchError. */
export function readChild({ name, subnet }: Child, { families, trench, maxName }: Served): ChildName {
  const family = familyOf[subnet?.ipFamily ?? IPFamily.IPV4];
  if (family === undefined || !families.includes(family))
    throw new ChildError(
      `cannot allocate in this ip family: subnet.ipFamily ${subnet?.ipFamily}, served are ${families.join(', ')}`,
    );
  const conduit = conduitNameOf(subnet?.conduit);
  if (trench !== undefined && conduit.trench !== trench) throw new NoTrenchError(conduit.trench, trench);
  checkName(conduit.trench, 'subnet.conduit.trench.name');
  checkName(conduit.conduit, 'subnet.conduit.name');
  const node = subnet?.node ?? '';
  checkLength(node, 'subnet.node', maxName);
  checkLength(name, 'name', maxName);
  return { ...conduit, family, node, name };
}

function checkLength(text: string, field: string, maxName: number): void {
  if (text === '') throw new ChildError(`${field} "": it is required`);
  if (text.length > maxName)
    throw new ChildError(
      `${field} ${JSON.stringify(`${text.slice(0, 32)}…`)}: longer than the ${maxName} of SYNCLINE_IPAM_MAX_NAME`,
    );
}
