// The addresses of one conduit on one node, by whom they are for. Names and number of the IPAM's children are Meridio's,
// so its IPAM and ours keep the same ones.

import type { Family } from '@syncline/trench/address.ts';
import { printPrefix } from '@syncline/trench/prefix.ts';
import type { Owed } from '../book/state.ts';
import type { Assigned } from '../connection/connection.ts';
import type { Child, Ipam } from './ipam.ts';

/** Where the addresses are of. */
export interface LeaseScope {
  readonly trench: string;
  readonly conduit: string;
  readonly node: string;
  readonly families: readonly Family[];
}

/** Asks for all families at once. A call is over when all that it asked for is answered, one failure or several. */
export class Leases {
  readonly #ipam: Ipam;
  readonly #scope: LeaseScope;

  constructor(ipam: Ipam, scope: LeaseScope) {
    this.#ipam = ipam;
    this.#scope = scope;
  }

  /** The bridge addresses in a subnet, each as address/length. Rejects with IpamError. */
  bridge(subnet: number, signal: AbortSignal): Promise<readonly string[]> {
    return this.#allocate(subnet, 'bridge', signal);
  }

  /** A connection's addresses in a subnet. Rejects with IpamError. */
  async connection(subnet: number, id: string, signal: AbortSignal): Promise<Assigned> {
    const [src, dst] = await everyOne([
      this.#allocate(subnet, `${id}-src`, signal),
      this.#allocate(subnet, `${id}-dst`, signal),
    ]);
    return { subnet, src: src ?? [], dst: dst ?? [] };
  }

  /** Gives back what is owed. Rejects with IpamError; some of it may then have been given back. */
  async release({ subnet, owner }: Owed, signal: AbortSignal): Promise<void> {
    const names = owner.kind === 'bridge' ? ['bridge'] : [`${owner.id}-src`, `${owner.id}-dst`];
    const children = names.flatMap((name) => this.#children(subnet, name));
    await everyOne(children.map((child) => this.#ipam.release(child, signal)));
  }

  async #allocate(subnet: number, name: string, signal: AbortSignal): Promise<readonly string[]> {
    const children = this.#children(subnet, name);
    const prefixes = await everyOne(children.map((child) => this.#ipam.allocate(child, signal)));
    return prefixes.map(printPrefix);
  }

  #children(subnet: number, name: string): Child[] {
    const { families, node, ...conduit } = this.#scope;
    return families.map((family) => ({ ...conduit, node: nodeOf(node, subnet), name, family }));
  }
}

/** Another subnet is the prefix of another node, as far as the IPAM knows. */
function nodeOf(node: string, subnet: number): string {
  return subnet === 0 ? node : `${node}-subnet-${subnet}`;
}

/** All values, once everything is settled: nothing of a call that failed is still under way. */
async function everyOne<Value>(calls: readonly Promise<Value>[]): Promise<Value[]> {
  await Promise.allSettled(calls);
  return Promise.all(calls);
}
