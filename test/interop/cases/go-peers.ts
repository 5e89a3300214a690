// The peers that we measure ourselves against, against each other: when these fail, the rest means nothing.

import assert from 'node:assert/strict';
import type { InteropCase } from '../case.ts';
import { startCollector } from '../collector.ts';
import { startFakeRouter } from '../fake-router.ts';
import { sink } from '../sink.ts';

export const cases: readonly InteropCase[] = [
  {
    name: 'collector: follows the fake target and shows the same leaves',
    needs: ['collector', 'faketarget', 'sink'],
    async run(context) {
      const target = await startFakeRouter(context);
      const direct = await sink(context, target, { target: 'r1', quiet: '300ms' });
      assert.equal(direct.leaf_count, 6);
      const collector = await startCollector(context, 'r1', target);
      await collector.shows(direct.digest);
    },
  },
];
