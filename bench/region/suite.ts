// What is measured of the region syncer.

import type { ToolName } from '../../test/interop/tools/toolbox.ts';
import type { Suite } from '../item/suite.ts';
import type { Contender } from './contender.ts';
import { catchUp } from './item/catch-up.ts';
import { fanOut } from './item/fan-out.ts';
import { fullSync } from './item/full-sync.ts';
import { propagation } from './item/propagation.ts';
import { recovery } from './item/recovery.ts';
import { stalledFollower } from './item/stalled-follower.ts';
import { syncUnderChange } from './item/sync-under-change.ts';

const pdPrograms = ['pd-leader', 'pd-follower'] as const;

export const regions: Suite<Contender> = {
  items: [fullSync, catchUp, fanOut, propagation, syncUnderChange, recovery, stalledFollower],
  answerable: ['R', 'ours'],
  async contenders(only, toolbox, skipped) {
    const contenders: Contender[] = [];
    if (only.has('R')) contenders.push({ name: 'R' });
    if (only.has('P')) {
      const programs = new Map<ToolName, string>();
      for (const program of pdPrograms) {
        const found = await toolbox.prepare(program);
        if (found.kind === 'ready') programs.set(program, found.path);
        else skipped('P', found.reason);
      }
      if (programs.size === pdPrograms.length) contenders.push({ name: 'P', programs });
    }
    if (only.has('ours')) contenders.push({ name: 'ours' });
    return contenders;
  },
};
