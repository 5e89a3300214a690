// What a target must be to be registered. Meridio's NSP takes anything; a target that breaks these rules could never be
// given traffic, or would take a VIP's.

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

// As many identifiers as the largest stream has.
const highestIdentifier = 10_000;

/** Throws InvalidTargetError for the first rule that is broken. */
export function checkTarget(target: Target, vipsOf: VipsOf): void {
  if (target.ips.length === 0) throw new InvalidTargetError('ips', undefined, 'a target without an address');
  if (target.type === 'frontend') {
    const empty = target.ips.indexOf('');
    if (empty >= 0) throw new InvalidTargetError(`ips[${empty}]`, '', 'the host name is empty');
    return;
  }
  checkNames(target);
  checkAddresses(target, vipsOf);
  checkIdentifier(target.context.get('identifier'));
}

function checkNames({ stream }: Target): void {
  const names = [
    ['stream.name', stream.stream],
    ['stream.conduit.name', stream.conduit],
    ['stream.conduit.trench.name', stream.trench],
  ] as const;
  for (const [field, name] of names) {
    if (name === '') throw new InvalidTargetError(field, undefined, 'is missing');
  }
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

/** Whoever has none yet may leave it out. */
function checkIdentifier(text: string | undefined): void {
  if (text === undefined) return;
  const identifier = /^[1-9]\d{0,4}$/.test(text) ? Number(text) : 0;
  if (identifier < 1 || identifier > highestIdentifier) {
    throw new InvalidTargetError(
      'context.identifier',
      text,
      `must be a whole number from 1 to ${highestIdentifier}`,
    );
  }
}
