// Ours as clients of servers that have another HTTP/2 and another protobuf: gRPC's C core under Python.

import type { InteropCase } from '../case.ts';
import { variables } from '../meridio/nsp.ts';
import { PythonNeighbours } from '../python/server.ts';

export const cases: readonly InteropCase[] = [
  {
    name: 'our tap on a Python NSP and a Python proxy: what they are asked, and what they may answer',
    needs: ['grpcio'],
    async run(context) {
      const python = await PythonNeighbours.start(context);
      const neighbours = { NSP: python.nsp, PROXY: python.proxy };
      const tap = await context.startOfTrench('tap', {
        env: variables('TAP', { ...neighbours, NAME: 'pod-1', NODE: 'node-1', REFRESH: '500ms' }),
      });
      await python.check({ tap: tap.address });
    },
  },
  {
    name: 'our tap, ipam, proxy and load balancer on a Python NSP',
    needs: ['grpcio'],
    async run(context) {
      const python = await PythonNeighbours.start(context);
      const { nsp: NSP } = python;
      const ipam = await context.startOfTrench('ipam', { env: variables('IPAM', { NSP }) });
      const [proxy, balancer] = await Promise.all([
        context.startOfTrench('proxy', { env: variables('PROXY', { IPAM: ipam.address }) }),
        context.startOfTrench('load-balancer', { env: variables('LOAD_BALANCER', { NSP }) }),
      ]);
      const tap = await context.startOfTrench('tap', {
        env: variables('TAP', { NSP, PROXY: proxy.address, NAME: 'pod-1' }),
      });
      await python.check({ tap: tap.address, ipam: ipam.address, 'load-balancer': balancer.address });
    },
  },
];
