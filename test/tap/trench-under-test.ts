// A trench: its NSP, its ipam and the proxy of one node, each a process of its own, and what they tell.

import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  MonitorConnectionDefinition,
  type Connection as WireConnection,
} from '@syncline/proto/connection.ts';
import { NspAdminServiceDefinition } from '@syncline/proto/nsp-admin.ts';
import {
  ConnectionState,
  type Fault,
  ProxyAdminServiceDefinition,
  type StatusResponse,
} from '@syncline/proto/proxy-admin.ts';
import { type Connection, connect } from '@syncline/rpc/connect.ts';
import { type Service, startService } from '@syncline/testkit/service.ts';
import type { Settings } from '@syncline/testkit/service-process.ts';
import { type TempDir, tempDir } from '@syncline/testkit/temp-dir.ts';
import { until } from '@syncline/testkit/wait.ts';
import { quickSettings } from './settings.ts';
import type { Neighbours } from './tap-under-test.ts';
import { TargetHistory } from './target-history.ts';
import { type StreamSetting, trenchConfiguration } from './trench-configuration.ts';

/** Settings, where a test needs others. */
export interface TrenchSettings {
  readonly nsp?: Settings;
  /** With them the ipam has the conduits of the NSP's configuration alone; else each that it is asked for. */
  readonly ipam?: Settings;
  readonly proxy?: Settings;
}

export class TrenchUnderTest implements AsyncDisposable {
  readonly name: string;
  readonly ipam: Service;
  /** What the registry says to a watcher, from the start. */
  readonly targets: TargetHistory;
  readonly #stack: AsyncDisposableStack;
  readonly #dir: TempDir;
  readonly #proxyLine: Connection;
  #nsp: Service;
  readonly #proxy: Service;

  /** A trench with these streams; its conduits are theirs, and those of `more`. */
  static async start(
    name: string,
    streams: readonly StreamSetting[],
    settings: TrenchSettings = {},
  ): Promise<TrenchUnderTest> {
    await using stack = new AsyncDisposableStack();
    const dir = stack.use(await tempDir('trench'));
    await writeConfiguration(dir, trenchConfiguration(name, streams));
    const conduits = [...new Set(streams.map(({ conduit }) => conduit))].join(',');
    const start = (service: string, own: Settings) =>
      startService({ service, settings: quickSettings(service, own) });
    const nspStart = start('nsp', { configuration: fileIn(dir), ...settings.nsp });
    const [nsp, ipam] = await Promise.all([
      nspStart,
      settings.ipam === undefined
        ? start('ipam', {})
        : nspStart.then(({ address }) => start('ipam', { nsp: address, ...settings.ipam })),
    ]);
    stack.use(ipam);
    const proxySettings = { trench: name, conduits, ipam: ipam.address, ...settings.proxy };
    const proxy = stack.use(await start('proxy', proxySettings));
    const targets = stack.use(new TargetHistory(nsp.address));
    await targets.connected;
    return new TrenchUnderTest(name, { nsp, ipam, proxy, dir, targets, stack: stack.move() });
  }

  private constructor(
    name: string,
    parts: {
      readonly nsp: Service;
      readonly ipam: Service;
      readonly proxy: Service;
      readonly dir: TempDir;
      readonly targets: TargetHistory;
      readonly stack: AsyncDisposableStack;
    },
  ) {
    this.name = name;
    this.targets = parts.targets;
    this.#nsp = parts.nsp;
    this.ipam = parts.ipam;
    this.#proxy = parts.proxy;
    this.#dir = parts.dir;
    this.#stack = parts.stack;
    this.#proxyLine = connect(parts.proxy.address, { security: { kind: 'plaintext' } });
  }

  /** The NSP that runs now. */
  get nsp(): Service {
    return this.#nsp;
  }

  get proxy(): Service {
    return this.#proxy;
  }

  /** Where a tap finds them. */
  get neighbours(): Neighbours {
    return { nsp: this.#nsp.address, proxy: this.#proxy.address };
  }

  /** Replaces the configuration. */
  configure(streams: readonly StreamSetting[]): Promise<void> {
    return this.writeConfiguration(trenchConfiguration(this.name, streams));
  }

  /** Replaces the configuration's file by any text. */
  writeConfiguration(text: string): Promise<void> {
    return writeConfiguration(this.#dir, text);
  }

  /** Waits until the NSP says that its file, as it is, cannot be used. */
  async nspRefuses(): Promise<void> {
    await until(() => this.#configuration(), {
      deadlineMs: 5_000,
      describe: 'a file that the NSP refuses',
      accept: (configuration) => configuration?.lastError !== undefined,
    });
  }

  /** How many configurations the NSP has taken so far. */
  async configurations(): Promise<bigint> {
    return (await this.#configuration())?.revision ?? 0n;
  }

  /** kill -9, then the NSP again, on its data unless `wiped`. */
  async restartNsp({ wiped }: { readonly wiped: boolean }): Promise<void> {
    const { watches } = this.targets;
    this.#nsp.kill('SIGKILL');
    await this.#nsp.exited;
    const dataDir = wiped ? join(this.#dir.path, 'empty') : this.#nsp.dataDir;
    this.#nsp = await this.#nsp.restart({ dataDir });
    await until(() => this.targets.watches, {
      deadlineMs: 10_000,
      describe: 'a list of the NSP that was started again',
      accept: (now) => now > watches,
    });
  }

  /** The proxy misbehaves, on one conduit or on all. */
  async fault(kind: Fault['kind'], conduit?: string): Promise<void> {
    await this.#admin.setFault({ fault: { kind }, conduit: this.#conduit(conduit) });
  }

  async clearFaults(): Promise<void> {
    await this.#admin.clearFaults({});
  }

  async changeSubnet(conduit: string): Promise<void> {
    await this.#admin.changeSubnet({ conduit: this.#conduit(conduit) });
  }

  /** The proxy says of all connections of a conduit that they are up, or down. */
  async setLink(conduit: string, state: 'UP' | 'DOWN'): Promise<void> {
    const name = this.#conduit(conduit);
    if (name === undefined) return;
    await this.#admin.setConnectionState({
      which: { $case: 'conduit', value: name },
      state: ConnectionState[state],
    });
  }

  /** The proxy forgets a connection, and tells. */
  async deleteConnection(connectionId: string): Promise<void> {
    await this.#admin.deleteConnection({ connectionId });
  }

  /** The connections as the proxy tells them to whoever monitors. */
  async connections(): Promise<WireConnection[]> {
    const monitor = this.#proxyLine.client(MonitorConnectionDefinition);
    for await (const { connections } of monitor.monitorConnections({})) return Object.values(connections);
    throw new Error('MonitorConnections ended without an event');
  }

  /** Connections, conduits and counts of the proxy. */
  proxyStatus(): Promise<StatusResponse> {
    return this.#admin.status({});
  }

  /** Waits until the proxy is as wanted. */
  becomes(
    describe: string,
    accept: (status: StatusResponse) => boolean,
    deadlineMs = 10_000,
  ): Promise<StatusResponse> {
    return until(() => this.proxyStatus(), { deadlineMs, everyMs: 10, describe, accept });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#proxyLine[Symbol.dispose]();
    await this.#nsp[Symbol.asyncDispose]();
    await this.#stack.disposeAsync();
  }

  get #admin() {
    return this.#proxyLine.client(ProxyAdminServiceDefinition);
  }

  async #configuration() {
    using line = connect(this.#nsp.address, { security: { kind: 'plaintext' } });
    return (await line.client(NspAdminServiceDefinition).status({})).status?.configuration;
  }

  #conduit(conduit: string | undefined) {
    return conduit === undefined ? undefined : { trench: this.name, conduit };
  }
}

function fileIn(dir: TempDir): string {
  return join(dir.path, 'trench.yaml');
}

/** In one step, as Kubernetes replaces a mounted ConfigMap. */
async function writeConfiguration(dir: TempDir, text: string): Promise<void> {
  const next = join(dir.path, 'trench.next');
  await writeFile(next, text);
  await rename(next, fileIn(dir));
}
