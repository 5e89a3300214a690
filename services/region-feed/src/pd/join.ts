// How stores join a cluster: whoever finds it new bootstraps it, and all of them say that they are there. Joining
// again, after a reconnect, changes nothing.

import { ErrorType } from '@syncline/proto/pdpb.ts';
import { PdError } from './pd-error.ts';
import type { PdLine } from './pd-line.ts';
import { firstRegion, storeOf } from './stores.ts';

/** The answer was well-formed and cannot be worked with. */
export class NoClusterError extends Error {
  override name = 'NoClusterError';
}

/**
 * Joins with the stores 1 to `stores`; gives the cluster's id. Rejects as the line's calls do, among them with
 * UNAVAILABLE when this PD does not lead, and with NoClusterError when it has no cluster id.
 */
export async function join(line: PdLine, stores: number, startedAtNs: bigint): Promise<bigint> {
  const clusterId = await line.members();
  if (clusterId === 0n) throw new NoClusterError(`the PD at ${line.address} gives no cluster id`);
  if (!(await line.isBootstrapped())) await bootstrap(line, startedAtNs);
  for (let id = 1; id <= stores; id++) await line.putStore(storeOf(id, startedAtNs));
  return clusterId;
}

async function bootstrap(line: PdLine, startedAtNs: bigint): Promise<void> {
  try {
    await line.bootstrap({ store: storeOf(1, startedAtNs), region: firstRegion() });
  } catch (error) {
    // Another feed or a real store was faster.
    if (!(error instanceof PdError && error.type === ErrorType.ALREADY_BOOTSTRAPPED)) throw error;
  }
}
