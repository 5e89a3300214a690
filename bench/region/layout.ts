// The regions of all measurements: those of test/interop, which PD's programs make too.

import { defaultLayout, type RegionLayout } from '../../test/interop/region-layout.ts';

export const clusterId = 1n;

/** `count` regions of 194 to 198 bytes each. */
export function layoutOf(count: number): RegionLayout {
  return { ...defaultLayout, count };
}
