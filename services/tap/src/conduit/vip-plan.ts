// The VIPs that a connection should have, against those that it was asked to have. Sets are compared, not lists.

import type { Prefix } from '@syncline/trench/prefix.ts';
import { type Egress, hasEgress, policiesKey, wantedEgress } from './egress.ts';
import type { Link } from './link.ts';

/** For one conduit. */
export class VipPlan {
  #vips: readonly Prefix[] | undefined;
  #askedKey: string | undefined;

  /** As the configuration has them; none while it is unknown. */
  get vips(): readonly Prefix[] {
    return this.#vips ?? [];
  }

  /** What the configuration says now. */
  set(vips: readonly Prefix[]): void {
    this.#vips = vips;
  }

  /** What a Request should carry; undefined while the VIPs or the connection are unknown. */
  egress({ connection, own }: Link): Egress | undefined {
    if (connection === undefined || this.#vips === undefined) return undefined;
    return wantedEgress(own, this.#vips, connection.gateways);
  }

  /** A Request with this succeeded; undefined when it was for a connection as the proxy makes it. */
  asked(egress: Egress | undefined): void {
    this.#askedKey = egress === undefined ? undefined : policiesKey(egress.policies);
  }

  /**
   * Whether the connection is to be asked to change. The same is not asked for twice: a proxy that does not take it is
   * asked again at the renewal.
   */
  isDue(link: Link): boolean {
    const egress = this.egress(link);
    if (link.connection === undefined || egress === undefined) return false;
    return !hasEgress(link.connection, egress) && policiesKey(egress.policies) !== this.#askedKey;
  }
}
