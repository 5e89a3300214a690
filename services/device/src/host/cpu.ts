// CPU load by core, as /system/cpus places it: percentages over the time since the reading before.

import type { CpuInfo } from 'node:os';
import { pathElem } from '@syncline/gnmi/path.ts';
import { type Reading, readingsBelow } from './reading.ts';

type Times = CpuInfo['times'];

/** Remembers the last reading, because load is a difference. The first one is the load since boot. */
export class CpuLoad {
  #before: readonly Times[] = [];

  /** Whole percent for each core, from what os.cpus() says at this moment. */
  read(cpus: readonly CpuInfo[]): Reading[] {
    const before = this.#before;
    this.#before = cpus.map(({ times }) => times);
    return cpus.flatMap(({ times }, index) => coreReadings(index, times, before[index]));
  }
}

function coreReadings(index: number, now: Times, before: Times | undefined): Reading[] {
  const spent = (state: keyof Times) => now[state] - (before?.[state] ?? 0);
  const total = spent('user') + spent('nice') + spent('sys') + spent('idle') + spent('irq');
  const percent = (part: number) => (total > 0 ? BigInt(Math.round((100 * part) / total)) : undefined);
  const state = [
    pathElem('system'),
    pathElem('cpus'),
    pathElem('cpu', [['index', String(index)]]),
    pathElem('state'),
  ];
  return readingsBelow(state, {
    index: BigInt(index),
    'total/instant': percent(total - spent('idle')),
    'user/instant': percent(spent('user')),
    'kernel/instant': percent(spent('sys')),
    'nice/instant': percent(spent('nice')),
    'idle/instant': percent(spent('idle')),
    'hardware-interrupt/instant': percent(spent('irq')),
  });
}
