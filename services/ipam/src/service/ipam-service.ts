// ipam.v1.Ipam: addresses for the children of a node.

import { IpamDefinition } from '@syncline/proto/ipam-v1.ts';
import { type Binding, implement } from '@syncline/rpc/binding.ts';
import { printAddress } from '@syncline/trench/address.ts';
import type { Allocator } from '../allocation/allocator.ts';
import { readChild, type Served } from './child-request.ts';
import { isUnreadable, type Refusals } from './refusals.ts';

/** Everything serve() needs for ipam.v1.Ipam. */
export function ipamBinding(allocator: Allocator, served: Served, refusals: Refusals): Binding {
  return implement(IpamDefinition, {
    allocate: (child, { signal }) =>
      refusals.answered(async () => {
        const { address, node } = await allocator.allocate(readChild(child, served), signal);
        return { address: printAddress(address), prefixLength: node.prefix.length };
      }),
    release: (child) =>
      refusals.answered(async () => {
        try {
          await allocator.release(readChild(child, served));
        } catch (error) {
          // As Meridio: of what cannot be held there is nothing to release.
          if (!isUnreadable(error)) throw error;
        }
        return {};
      }),
  });
}
