// Where a page of prefixes begins, as text that a client hands back.

import type { PrefixKey } from './prefix-list.ts';

export function toPageToken({ path, family }: PrefixKey): string {
  return JSON.stringify([...path, family]);
}

/** Undefined when the text is no token of ours. */
export function readPageToken(token: string): PrefixKey | undefined {
  let parts: unknown;
  try {
    parts = JSON.parse(token);
  } catch {
    return undefined;
  }
  if (!Array.isArray(parts) || parts.length !== 5 || !parts.every((part) => typeof part === 'string'))
    return undefined;
  const [trench = '', conduit = '', node = '', name = '', family] = parts;
  return family === 'ipv4' || family === 'ipv6' ? { path: [trench, conduit, node, name], family } : undefined;
}
