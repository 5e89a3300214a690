// A target of a stream, as the NSP's registry has it.

import { readIdentifier } from '@syncline/trench/identifier.ts';
import { MalformedError } from '@syncline/trench/malformed-error.ts';
import { prefixSetKey } from '@syncline/trench/prefix.ts';
import { parseTargetAddress } from '@syncline/trench/target-address.ts';
import type { StreamMessage } from '@syncline/trench/wire-name.ts';
import { RowError } from '../row-error.ts';

/** Takes a share of a stream's packets. */
export interface Target {
  /** 1 to the stream's max-targets; one target of a stream has it. */
  readonly identifier: number;
  /** As the target has registered them: mostly with their prefix lengths. */
  readonly ips: readonly string[];
  /** Equal for two lists of addresses exactly when they are equal as sets. */
  readonly ipsKey: string;
}

/** A target as nsp.v1 says it. */
export interface TargetRow {
  readonly ips: readonly string[];
  readonly context: Readonly<Record<string, string>>;
  readonly stream?: StreamMessage | undefined;
}

/** Throws RowError without addresses, and MalformedError for one that is none or an identifier that the stream has not. */
export function readTarget(row: TargetRow, maxTargets: number): Target {
  const text = row.context['identifier'] ?? '';
  const identifier = readIdentifier(text, maxTargets);
  if (identifier === undefined) {
    throw new MalformedError('identifier', text, `not a whole number from 1 to ${maxTargets}`);
  }
  if (row.ips.length === 0) throw new RowError('ips', 'ips not set');
  const ipsKey = prefixSetKey(row.ips.map((ip) => parseTargetAddress(ip)));
  return { identifier, ips: row.ips, ipsKey };
}

/** Whether both are the same target: the number and the set of addresses are. */
export function sameTarget(a: Target | undefined, b: Target | undefined): boolean {
  return a?.identifier === b?.identifier && a?.ipsKey === b?.ipsKey;
}
