// The VIPs that no target may have as its own address.

import { type Prefix, parsePrefix } from '@syncline/trench/prefix.ts';
import type { Configuration } from './model.ts';

/** The addresses of the VIPs of the configuration, for the name of its trench; of any other there are none. */
export function vipsOfTrench(
  configuration: Configuration | undefined,
): (trench: string) => readonly Prefix[] {
  const prefixes = configuration?.vips.map(({ address }) => parsePrefix(address)) ?? [];
  return (trench) => (trench === configuration?.trench.name ? prefixes : []);
}
