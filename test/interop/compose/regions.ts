// A region leader, two followers and the feed of simulated stores.

import assert from 'node:assert/strict';
import { type Part, synclineJson } from './part.ts';

/** Of `syncline region status --json`, what is looked at here. */
interface RegionStatus {
  readonly phase: string;
  readonly ready: boolean;
  readonly regions: number;
  readonly term: number;
  readonly joins: { readonly snapshot: number };
}

export const regions: Part = {
  services: ['region-leader', 'region-follower-1', 'region-follower-2', 'region-feed'],
  durable: ['region-leader', 'region-follower-1'],

  async works(project, context) {
    for (const follower of ['region-follower-1', 'region-follower-2'] as const) {
      const address = project.address(follower);
      const status = await synclineJson<RegionStatus>(context, address, 'region', 'status');
      assert.equal(status.phase, 'live');
      assert.equal(status.ready, true);
      assert.ok(status.regions >= 900, `${follower} has ${status.regions} regions`);
    }
  },

  async survived(project, context) {
    const address = project.address('region-follower-1');
    const { term, joins } = await synclineJson<RegionStatus>(context, address, 'region', 'status');
    assert.equal(term, 2, 'the log did not outlive the container');
    assert.equal(joins.snapshot, 0, 'the copy did not outlive the container');
  },
};
