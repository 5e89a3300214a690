// The trench of all measurements: one conduit, whose streams are numbered.

import type { StreamSetting } from '../../test/tap/trench-configuration.ts';

export const conduitName = { trench: 'bench', conduit: 'edge' } as const;

/** `count` streams with a VIP each, for as many targets. */
export function streamsOf(count: number, maxTargets = 100): readonly StreamSetting[] {
  return Array.from({ length: count }, (_, nth) => ({
    ...conduitName,
    stream: `stream-${nth}`,
    maxTargets,
    vips: [`20.0.${nth >> 8}.${nth & 0xff}/32`],
  }));
}
