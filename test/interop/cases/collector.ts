// openconfig's collector follows our servers; what it holds must be what they hold, to the leaf, value and type.

import assert from 'node:assert/strict';
import type { InteropCase } from '../case.ts';
import { startCollector } from '../collector.ts';
import { text, uint } from '../router.ts';
import { onBothServers } from '../servers.ts';
import { sink } from '../sink.ts';

const ROUNDS = 20;

export const cases: readonly InteropCase[] = onBothServers(
  'collector: holds the same leaves at first, and after changes and deletes',
  ['collector', 'sink'],
  async (server, context) => {
    const collector = await startCollector(context, 'r1', server.address);
    const first = await sink(context, server.address, { target: 'r1', mode: 'ONCE' });
    assert.equal(first.leaf_count, server.router.leafCount);
    await collector.shows(first.digest);

    for (let round = 0; round < ROUNDS; round++) {
      const name = `/interfaces/interface[name=eth${2 + (round % 5)}]`;
      await server.router.change(
        {
          [`${name}/config/description`]: text(`round ${round}`),
          [`${name}/config/mtu`]: uint(BigInt(round)),
        },
        round % 3 === 0 ? [name] : [],
      );
    }
    await server.router.change({}, ['/interfaces/interface[name=eth1]', '/system/dns']);

    const device = await sink(context, server.router.address, { target: 'r1', mode: 'ONCE' });
    assert.notEqual(device.digest, first.digest);
    await collector.shows(device.digest);
  },
);
