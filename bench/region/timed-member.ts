// A region syncer as it is deployed, with a stopwatch behind RegionTree.put: the moment from which reads show a region.
// It asks nothing of the member and sees every change, as pd-follower does at the same place of PD's follower.
// GET on its port gives the Ages since the last GET.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { RegionTree } from '../../services/region-syncer/src/regions/region-tree.ts';
import { Histogram } from '../subscriber/histogram.ts';
import type { Ages } from './ages.ts';
import { ageUs } from './stamp.ts';

let ages = new Histogram();

// oxlint-disable-next-line typescript/unbound-method -- it is called on the tree that it belongs to
const { put } = RegionTree.prototype;
RegionTree.prototype.put = function timed(bytes, start, end, fields, ...record) {
  put.call(this, bytes, start, end, fields, ...record);
  const age = ageUs(fields.versionHi * 2 ** 32 + fields.versionLo);
  if (age !== undefined) ages.add(age);
};

const stopwatch = createServer((_, response) => {
  const { total } = ages;
  const quantile = (share: number) => (total === 0 ? 0 : ages.quantileMs(share));
  const taken: Ages = { count: total, p50Ms: quantile(0.5), p99Ms: quantile(0.99), maxMs: quantile(1) };
  ages = new Histogram();
  response.setHeader('connection', 'close').end(JSON.stringify(taken));
});
stopwatch.listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({ stopwatch: (stopwatch.address() as AddressInfo).port }));
});
stopwatch.unref();

await import('../../services/region-syncer/src/main.ts');
