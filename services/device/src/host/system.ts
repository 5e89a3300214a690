// The machine as a whole, under /system. OpenConfig has no place for load averages; they stand in a container
// of our own, /system/load-average.

import { pathElem } from '@syncline/gnmi/path.ts';
import { type Reading, readingsBelow } from './reading.ts';

/** What the operating system says about itself at one moment. */
export interface SystemFacts {
  readonly hostname: string;
  /** Kernel name and release. */
  readonly software: string;
  /** Nanoseconds since 1970. */
  readonly now: bigint;
  /** Nanoseconds since 1970. */
  readonly bootTime: bigint;
  readonly uptimeSeconds: number;
  readonly memoryBytes: { readonly total: number; readonly free: number };
  /** Averages over 1, 5 and 15 minutes. */
  readonly load: readonly number[];
}

/** The leaves of /system, but for its CPUs. */
export function systemReadings(facts: SystemFacts): Reading[] {
  const system = pathElem('system');
  const state = pathElem('state');
  const uptime = BigInt(Math.floor(facts.uptimeSeconds));
  const { total, free } = facts.memoryBytes;
  const [one, five, fifteen] = facts.load.map((average) => Math.round(average * 100) / 100);
  return [
    ...readingsBelow([system, state], {
      hostname: facts.hostname,
      'software-version': facts.software,
      'current-datetime': new Date(Number(facts.now / 1_000_000n)).toISOString(),
      'boot-time': facts.bootTime,
      'up-time': uptime * 1_000_000_000n,
    }),
    ...readingsBelow([system, pathElem('memory'), state], {
      physical: BigInt(total),
      used: BigInt(total - free),
      free: BigInt(free),
    }),
    ...readingsBelow([system, pathElem('load-average'), state], {
      'one-minute': one,
      'five-minutes': five,
      'fifteen-minutes': fifteen,
    }),
  ];
}
