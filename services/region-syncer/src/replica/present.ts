// The regions that a replica holds now, and whose they are.

import type { RegionTree } from '../regions/region-tree.ts';
import type { Source } from '../store/history-table.ts';

export class Present {
  regions: RegionTree;
  source: Source;
  /** What led to the regions before this index is not known one by one, whatever the tree remembers. */
  told = 0;
  /** Up to here the regions may have changes of a delta that the records before do not account for. */
  mixedUntil = 0;

  constructor(regions: RegionTree, source: Source) {
    this.regions = regions;
    this.source = source;
  }

  /** The first index from which on it can be told what has changed. */
  get deltaFloor(): number {
    return Math.max(this.told, this.regions.deltaFloor);
  }
}
