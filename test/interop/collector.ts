// openconfig's collector following one target, and asked for what it holds.

import { until } from '@syncline/testkit/wait.ts';
import type { CaseContext } from './context.ts';
import { type Seen, sink } from './sink.ts';

export interface Collector {
  readonly address: string;
  /** Waits until the collector holds exactly the leaves with this digest. */
  shows(digest: string): Promise<Seen>;
}

/** Starts a collector that follows `address` under the name `target`. */
export async function startCollector(
  context: CaseContext,
  target: string,
  address: string,
): Promise<Collector> {
  const program = await context.start('collector', ['-target', `${target}=${address}`]);
  const own = await program.listening();
  const flags = { target, origin: 'openconfig', mode: 'ONCE' };
  return {
    address: own,
    shows: (digest) =>
      until(() => sink(context, own, flags), {
        deadlineMs: 15_000,
        everyMs: 100,
        describe: 'the collector holding what its target told',
        accept: (seen) => seen.digest === digest,
      }),
  };
}
