// The VIPs that a connection should have, against those that it was asked to have. Sets are compared, not lists.

import type { Prefix } from '@syncline/trench/prefix.ts';
import type { Connection } from '../ports.ts';
import { type Egress, hasEgress, policiesKey, wantedEgress } from './egress.ts';
import type { Link } from './link.ts';

/** What was compared last, by identity: none of it is changed in place. */
interface Seen {
  readonly connection: Connection;
  readonly own: readonly Prefix[];
  readonly vips: readonly Prefix[];
  readonly missing: string | undefined;
}

/** For one conduit. */
export class VipPlan {
  #vips: readonly Prefix[] | undefined;
  #askedKey: string | undefined;
  #seen: Seen | undefined;

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
    const missing = this.#missing(link);
    return missing !== undefined && missing !== this.#askedKey;
  }

  /** The key of the policies that the connection should have and has not; it is looked at again when a part is another. */
  #missing({ connection, own }: Link): string | undefined {
    const vips = this.#vips;
    if (connection === undefined || vips === undefined) return undefined;
    const seen = this.#seen;
    if (seen?.connection === connection && seen.own === own && seen.vips === vips) return seen.missing;
    const egress = wantedEgress(own, vips, connection.gateways);
    const missing = hasEgress(connection, egress) ? undefined : policiesKey(egress.policies);
    this.#seen = { connection, own, vips, missing };
    return missing;
  }
}
