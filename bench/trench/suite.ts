// What is measured of the tap and its neighbours.

import type { Suite } from '../item/suite.ts';
import type { Contender } from './contender.ts';
import { convergence } from './item/convergence.ts';
import { fanOut } from './item/fan-out.ts';
import { loadBalancer } from './item/load-balancer.ts';
import { open } from './item/open.ts';
import { openClose } from './item/open-close.ts';

export const trench: Suite<Contender> = {
  items: [open, openClose, convergence, fanOut, loadBalancer],
  answerable: ['F', 'ours'],
  contenders(only) {
    const all: readonly Contender[] = [{ name: 'F' }, { name: 'ours' }];
    return Promise.resolve(all.filter(({ name }) => only.has(name)));
  },
};
