// (t5) How fast packets are given their targets, and how long a change of the targets takes.

import type { Item } from '../../item/item.ts';
import type { Contender } from '../contender.ts';
import { lookupsInProcess } from '../load-balancer/lookups-in-process.ts';
import { lookupsOverGrpc } from '../load-balancer/lookups-over-grpc.ts';
import { tableBuild } from '../load-balancer/table-build.ts';

const few = 100;
const many = 10_000;

export const loadBalancer: Item<Contender> = {
  letter: 't5',
  parts: [
    lookupsOverGrpc(few),
    lookupsOverGrpc(many),
    lookupsInProcess(few),
    lookupsInProcess(many),
    tableBuild(few),
    tableBuild(many),
  ],
};
