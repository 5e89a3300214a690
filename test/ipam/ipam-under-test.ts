// An ipam process, with clients for what it serves.

import {
  type AllocatedPrefix,
  IpamAdminServiceDefinition,
  type StatusResponse,
} from '@syncline/proto/ipam-admin.ts';
import { type Child, IPFamily, IpamDefinition } from '@syncline/proto/ipam-v1.ts';
import { startService } from '@syncline/testkit/service.ts';
import type { Settings } from '@syncline/testkit/service-process.ts';
import { ServiceUnderTest } from '@syncline/testkit/service-under-test.ts';
import { until } from '@syncline/testkit/wait.ts';

/** A child of node n1 of conduit edge of trench demo, in IPv4; `change` replaces parts. */
export interface ChildChange {
  readonly trench?: string;
  readonly conduit?: string;
  readonly node?: string;
  readonly family?: IPFamily;
}

export class IpamUnderTest extends ServiceUnderTest {
  static async start(settings: Settings = {}, dataDir?: string): Promise<IpamUnderTest> {
    return new IpamUnderTest(await startService({ service: 'ipam', settings, dataDir }), settings);
  }

  get ipam() {
    return this.connection.client(IpamDefinition);
  }

  get admin() {
    return this.connection.client(IpamAdminServiceDefinition);
  }

  /** The address of a child with the length of its node, `169.255.0.1/24`. */
  async allocate(name: string, change: ChildChange = {}, deadlineMs = 10_000): Promise<string> {
    const { address, prefixLength } = await this.ipam.allocate(child(name, change), { deadlineMs });
    return `${address}/${prefixLength}`;
  }

  async release(name: string, change: ChildChange = {}): Promise<void> {
    await this.ipam.release(child(name, change));
  }

  status(): Promise<StatusResponse> {
    return this.admin.status({});
  }

  /** The addresses that are given out, by name of the child. */
  async addresses(): Promise<Map<string, string>> {
    const { prefixes } = await this.status();
    const named = prefixes.filter(({ name }: AllocatedPrefix) => name !== '');
    return new Map(named.map(({ name, prefix }) => [name, prefix]));
  }

  /** Waits until the status is as wanted, and gives it. */
  becomes(describe: string, accept: (status: StatusResponse) => boolean): Promise<StatusResponse> {
    return until(() => this.status(), { deadlineMs: 10_000, describe, accept });
  }
}

/** The message that names a child. */
export function child(name: string, change: ChildChange = {}): Child {
  const { trench = 'demo', conduit = 'edge', node = 'n1', family = IPFamily.IPV4 } = change;
  return {
    name,
    subnet: {
      conduit: { name: conduit, trench: { name: trench }, destinationPortNats: [] },
      node,
      ipFamily: family,
    },
  };
}
