// An ipam process, with clients for what it serves. It may be killed and started again on its data.

import {
  type AllocatedPrefix,
  IpamAdminServiceDefinition,
  type StatusResponse,
} from '@syncline/proto/ipam-admin.ts';
import { type Child, IPFamily, IpamDefinition } from '@syncline/proto/ipam-v1.ts';
import { type Connection, connect } from '@syncline/rpc/connect.ts';
import { type Service, startService } from '@syncline/testkit/service.ts';
import { until } from '@syncline/testkit/wait.ts';

/** By the names of config.ts, such as `releaseDelay`. */
export type Settings = Readonly<Record<string, string>>;

/** A child of node n1 of conduit edge of trench demo, in IPv4; `change` replaces parts. */
export interface ChildChange {
  readonly trench?: string;
  readonly conduit?: string;
  readonly node?: string;
  readonly family?: IPFamily;
}

export class IpamUnderTest implements AsyncDisposable {
  #service: Service;
  #connection: Connection;
  readonly #settings: Settings;

  static async start(settings: Settings = {}, dataDir?: string): Promise<IpamUnderTest> {
    const options = { service: 'ipam', env: envOf(settings) };
    return new IpamUnderTest(
      await startService(dataDir === undefined ? options : { ...options, dataDir }),
      settings,
    );
  }

  private constructor(service: Service, settings: Settings) {
    this.#service = service;
    this.#connection = connected(service);
    this.#settings = settings;
  }

  /** The process that runs now. */
  get service(): Service {
    return this.#service;
  }

  get ipam() {
    return this.#connection.client(IpamDefinition);
  }

  get admin() {
    return this.#connection.client(IpamAdminServiceDefinition);
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

  /** What /readyz says. */
  async readiness(): Promise<{ ready: boolean; reason?: string }> {
    const response = await fetch(`http://127.0.0.1:${this.#service.adminPort}/readyz`);
    return (await response.json()) as { ready: boolean; reason?: string };
  }

  /** Starts it again on its data and its port, with other settings on top of its own; one that runs is stopped first. */
  async restart(changes: Settings = {}): Promise<void> {
    this.#connection[Symbol.dispose]();
    this.#service = await this.#service.restart({ env: envOf({ ...this.#settings, ...changes }) });
    this.#connection = connected(this.#service);
  }

  /** kill -9, and that it is gone. */
  async kill(): Promise<void> {
    this.#service.kill('SIGKILL');
    await this.#service.exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#connection[Symbol.dispose]();
    await this.#service[Symbol.asyncDispose]();
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

function connected(service: Service): Connection {
  return connect(service.address, { security: { kind: 'plaintext' } });
}

function envOf(settings: Settings): Record<string, string> {
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [
      `SYNCLINE_IPAM_${name.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`,
      value,
    ]),
  );
}
