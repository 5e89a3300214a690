// What the kernel says a process uses. Linux only: elsewhere nothing is said.

import { readFile } from 'node:fs/promises';

/** Of one process, all threads together. */
export interface ProcessUsage {
  readonly rssMiB: number;
  /** The most it ever had resident. */
  readonly peakRssMiB: number;
  /** User and system time since its start. */
  readonly cpuSeconds: number;
}

// USER_HZ, which every Linux has at 100.
const ticksPerSecond = 100;

/** Undefined where there is no /proc. */
export async function usageOf(pid: number): Promise<ProcessUsage | undefined> {
  if (process.platform !== 'linux') return undefined;
  const [status, stat] = await Promise.all([
    readFile(`/proc/${pid}/status`, 'utf8'),
    readFile(`/proc/${pid}/stat`, 'utf8'),
  ]);
  const mebibytes = (field: string) =>
    Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024;
  // The second field is the command in parentheses and may hold blanks.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  return { rssMiB: mebibytes('VmRSS'), peakRssMiB: mebibytes('VmHWM'), cpuSeconds: ticks / ticksPerSecond };
}

/** User and system time between two looks at one process, in seconds. */
export function cpuSince(
  before: ProcessUsage | undefined,
  after: ProcessUsage | undefined,
): number | undefined {
  return before && after && after.cpuSeconds - before.cpuSeconds;
}
