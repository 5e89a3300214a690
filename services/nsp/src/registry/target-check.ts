// What a target must be to be registered. Meridio's NSP takes anything; a target that breaks these rules could never be
// given traffic, or would take a VIP's.

import { readIdentifier } from '@syncline/trench/identifier.ts';
import { MalformedError } from '@syncline/trench/malformed-error.ts';
import { mostTargets } from '@syncline/trench/max-targets.ts';
import { checkName } from '@syncline/trench/name.ts';
import { containsAddress, type Prefix, printPrefix } from '@syncline/trench/prefix.ts';
import type { Target } from './target.ts';
import { prefixOf } from './target-key.ts';

/** A target that will not do. The message names field, value and reason. */
export class InvalidTargetError extends Error {
  override name = 'InvalidTargetError';
  readonly field: string;

  constructor(field: string, value: string | undefined, reason: string) {
    super(`${field}${value === undefined ? '' : ` ${JSON.stringify(value)}`}: ${reason}`);
    this.field = field;
  }
}

/** The VIPs that are configured for a trench. */
export type VipsOf = (trench: string) => readonly Prefix[];

// As long as a host name may be (RFC 1123 2.1).
const longestHostName = 253;

/** Throws InvalidTargetError or MalformedError for the first rule that is broken. */
export function checkTarget(target: Target, vipsOf: VipsOf): void {
  if (target.ips.length === 0) throw new InvalidTargetError('ips', undefined, 'a target without an address');
  checkNames(target);
  if (target.type === 'frontend') {
    for (const [n, host] of target.ips.entries()) checkHostName(host, `ips[${n}]`);
    return;
  }
  checkAddresses(target, vipsOf);
  checkIdentifier(target.context.get('identifier'));
}

/** They are names that the configuration could have, for else nobody could watch them. A frontend is of no stream. */
function checkNames({ stream, type }: Target): void {
  const names = [
    ['stream.name', stream.stream],
    ['stream.conduit.name', stream.conduit],
    ['stream.conduit.trench.name', stream.trench],
  ] as const;
  for (const [field, name] of names) {
    if (name !== '') checkName(name, field);
    else if (type === 'default') throw new InvalidTargetError(field, undefined, 'is missing');
  }
}

function checkHostName(host: string, field: string): void {
  if (host === '') throw new InvalidTargetError(field, '', 'the host name is empty');
  if (host.length > longestHostName)
    throw new MalformedError(field, host, `longer than ${longestHostName} characters`);
  if (/\p{Cc}/u.test(host)) throw new MalformedError(field, host, 'has control characters');
}

function checkAddresses({ ips, stream }: Target, vipsOf: VipsOf): void {
  const vips = vipsOf(stream.trench);
  for (const [n, text] of ips.entries()) {
    const prefix = prefixOf(text);
    if (typeof prefix === 'string') {
      throw new InvalidTargetError(`ips[${n}]`, text, 'not an address, with or without its prefix length');
    }
    const vip = vips.find((each) => containsAddress(each, prefix.address));
    if (vip !== undefined)
      throw new InvalidTargetError(`ips[${n}]`, text, `is of the VIP ${printPrefix(vip)}`);
  }
}

/** One that the largest stream may have. Whoever has none yet may leave it out. */
function checkIdentifier(text: string | undefined): void {
  if (text === undefined || readIdentifier(text, mostTargets) !== undefined) return;
  throw new InvalidTargetError('context.identifier', text, `must be a whole number from 1 to ${mostTargets}`);
}
