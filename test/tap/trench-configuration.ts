// The configuration of a trench in the shape that the NSP reads; JSON is YAML.

import type { StreamName } from '@syncline/trench/stream-name.ts';

/** A stream with one flow. */
export interface StreamSetting extends StreamName {
  /** 100 unless given. */
  readonly maxTargets?: number;
  /** VIPs of the flow, of this conduit alone; none leaves the stream without a flow. */
  readonly vips?: readonly string[];
}

/** The file that says that a trench has these streams. */
export function trenchConfiguration(trench: string, streams: readonly StreamSetting[]): string {
  const conduits = [...new Set(streams.map(({ conduit }) => conduit))];
  const vips = [...new Set(streams.flatMap((stream) => stream.vips ?? []))];
  const nameOf = (vip: string) => `vip-${vips.indexOf(vip)}`;
  const flows = streams.filter((stream) => (stream.vips ?? []).length > 0);
  return JSON.stringify({
    trench: { name: trench },
    conduits: { items: conduits.map((name) => ({ name, trench })) },
    streams: {
      items: streams.map(({ stream, conduit, maxTargets = 100 }) => ({
        name: stream,
        conduit,
        'max-targets': maxTargets,
      })),
    },
    flows: {
      items: flows.map(({ stream, vips: own = [] }) => ({
        name: `flow-${stream}`,
        stream,
        priority: 1,
        protocols: ['tcp'],
        'source-subnets': ['0.0.0.0/0', '::/0'],
        'source-port-ranges': ['any'],
        'destination-port-ranges': ['any'],
        vips: own.map(nameOf),
      })),
    },
    vips: { items: vips.map((address) => ({ name: nameOf(address), address, trench })) },
  });
}
