// What is measured of the datastore.

import { collectorAt } from '../server/collector.ts';
import { ours } from '../server/datastore.ts';
import { pipe } from '../server/pipe.ts';
import type { Contender } from '../server/server.ts';
import { fanOut } from './fan-out.ts';
import { initialTree } from './initial-tree.ts';
import { latency } from './latency.ts';
import { millionLeaves } from './million-leaves.ts';
import type { Suite } from './suite.ts';
import { throughput } from './throughput.ts';

export const datastore: Suite<Contender> = {
  items: [initialTree, throughput, latency, fanOut, millionLeaves],
  answerable: ['P', 'ours'],
  async contenders(only, toolbox, skipped) {
    const contenders: Contender[] = [];
    if (only.has('P')) contenders.push(pipe);
    if (only.has('O')) {
      const collector = await toolbox.prepare('collector');
      if (collector.kind === 'ready') contenders.push(collectorAt(collector.path));
      else skipped('O', collector.reason);
    }
    if (only.has('ours')) contenders.push(ours);
    return contenders;
  },
};
