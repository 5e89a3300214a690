// Our tap, NSP and proxy as clients know them that have another HTTP/2 and another protobuf: gRPC's C core under Python.

import { join } from 'node:path';
import type { InteropCase } from '../case.ts';
import { Nsp } from '../meridio/nsp.ts';
import { Trench } from '../meridio/trench.ts';
import { check } from '../python/client.ts';

const GOLDEN = join(import.meta.dirname, '..', '..', 'wire', 'golden.jsonl');

export const cases: readonly InteropCase[] = [
  {
    name: "Python's protobuf reads and writes the golden bytes as the published stubs do",
    needs: ['grpcio'],
    run: (context) => check(context, 'golden', GOLDEN),
  },
  {
    name: 'a Python client on our tap: what an application relies on, by TCP and by the unix socket',
    needs: ['grpcio'],
    async run(context) {
      const { tap, taps, nsp } = await Trench.start(context);
      await check(context, 'tap', tap, `unix:${taps[0]?.dataDir}/tap/ambassador.sock`, nsp.address);
    },
  },
  {
    name: 'a Python client on our NSP: its registry, and its configuration with filters of every form',
    needs: ['grpcio'],
    async run(context) {
      await check(context, 'nsp', (await Nsp.start(context)).address);
    },
  },
  {
    name: 'a Python client on our proxy: connections are requested, told to who watches, and closed',
    needs: ['grpcio'],
    async run(context) {
      await check(context, 'proxy', (await Trench.start(context, { taps: 0 })).proxy.address);
    },
  },
];
