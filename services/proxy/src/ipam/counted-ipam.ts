// Counts the calls of the IPAM that fail.

import { type Counts, countOne } from '../counts.ts';
import { type Ipam, IpamError } from './ipam.ts';

/** The same service; failures are counted by method and reason. */
export function counted(ipam: Ipam, failures: Counts['ipamFailures']): Ipam {
  const watched = async <Answer>(method: string, call: Promise<Answer>): Promise<Answer> => {
    try {
      return await call;
    } catch (error) {
      if (error instanceof IpamError) countOne(failures, `${method} ${error.reason}`);
      throw error;
    }
  };
  return {
    allocate: (child, signal) => watched('Allocate', ipam.allocate(child, signal)),
    release: (child, signal) => watched('Release', ipam.release(child, signal)),
  };
}
