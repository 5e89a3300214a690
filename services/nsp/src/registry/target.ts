// A target: who takes traffic of a stream, or a frontend. Frozen; a change makes a new one.

import type { StreamName } from '@syncline/trench/stream-name.ts';

export type TargetStatus = 'enabled' | 'disabled';

export type TargetType = 'default' | 'frontend';

export interface Target {
  /** As they were sent, in that order: `172.16.0.5/24`; of a frontend its host name. */
  readonly ips: readonly string[];
  /** `identifier` is the number by which load balancers know it, or a frontend's host name. */
  readonly context: ReadonlyMap<string, string>;
  readonly status: TargetStatus;
  readonly type: TargetType;
  /** Of a frontend, mostly three empty names. */
  readonly stream: StreamName;
  /** What it is known by; see keyOf. */
  readonly key: string;
}

/** Whether a refresh with the one changes nothing of the other. */
export function sameTarget(a: Target, b: Target): boolean {
  return (
    a.key === b.key &&
    a.status === b.status &&
    a.ips.length === b.ips.length &&
    a.ips.every((ip, n) => ip === b.ips[n]) &&
    a.context.size === b.context.size &&
    [...a.context].every(([name, value]) => b.context.get(name) === value)
  );
}
