// Targets for tests.

import type { Target } from './target.ts';
import { keyOf } from './target-key.ts';

export const web = { trench: 't', conduit: 'a', stream: 'web' };

/** A target of the stream `web`, enabled, with identifier 1, unless told otherwise. */
export function aTarget(
  ips: readonly string[] = ['172.16.0.5/24'],
  rest: Partial<Omit<Target, 'ips' | 'key'>> = {},
): Target {
  const { type = 'default', stream = web, status = 'enabled' } = rest;
  const context = rest.context ?? new Map([['identifier', '1']]);
  return { ips, type, stream, status, context, key: keyOf({ type, stream, ips }) };
}
