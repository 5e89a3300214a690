// An NSP process with a configuration file of its own and clients for what it serves. It may be killed and started again.

import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NspAdminServiceDefinition, type NspStatus } from '@syncline/proto/nsp-admin.ts';
import { ConfigurationManagerDefinition } from '@syncline/proto/nsp-configurationmanager.ts';
import {
  Target_Status as Status,
  type Target,
  TargetRegistryDefinition,
  type TargetResponse,
  Target_Type as Type,
} from '@syncline/proto/nsp-targetregistry.ts';
import { type Connection, connect } from '@syncline/rpc/connect.ts';
import { type Service, startService } from '@syncline/testkit/service.ts';
import { type TempDir, tempDir } from '@syncline/testkit/temp-dir.ts';
import { until } from '@syncline/testkit/wait.ts';
import { streamMessage } from '@syncline/trench/wire-name.ts';

/** Settings by their names in the service's table, such as `entryTimeout`. */
export type Settings = Readonly<Record<string, string>>;

const quick: Settings = { poll: '500ms', settle: '50ms', storeRetry: '20ms', storeRetryMax: '200ms' };

export const trench = { name: 'demo' };

/** The demo trench. */
export const demo = new URL('../../deploy/examples/demo.yaml', import.meta.url);

/** A target of the stream `web` of the conduit `edge`, as a tap registers it. */
export function aTarget(ip: string, rest: Partial<Target> = {}): Target {
  return {
    ips: [ip],
    context: { identifier: '1' },
    status: Status.ENABLED,
    type: Type.DEFAULT,
    stream: web,
    ...rest,
  };
}

const { name, conduit } = streamMessage({ trench: 'demo', conduit: 'edge', stream: 'web' });

export const web = { name, conduit: { ...conduit, destinationPortNats: [] }, maxTargets: 0 };

export class NspUnderTest implements AsyncDisposable {
  readonly #settings: Settings;
  readonly #directory: TempDir;
  #service: Service;
  #connection: Connection;

  /** With this text in its file, or with no file. */
  static async start(
    text: string | undefined,
    settings: Settings = {},
    dataDir?: string,
  ): Promise<NspUnderTest> {
    const directory = await tempDir('trench');
    const file = join(directory.path, 'trench.yaml');
    if (text !== undefined) await writeFile(file, text);
    const all = { configuration: file, ...quick, ...settings };
    const service = await startService({
      service: 'nsp',
      env: envOf(all),
      ...(dataDir !== undefined && { dataDir }),
    });
    return new NspUnderTest(service, all, directory);
  }

  private constructor(service: Service, settings: Settings, directory: TempDir) {
    this.#service = service;
    this.#settings = settings;
    this.#directory = directory;
    this.#connection = connected(service);
  }

  /** The process that runs now. */
  get service(): Service {
    return this.#service;
  }

  get connection(): Connection {
    return this.#connection;
  }

  /** A connection of its own, for a client that is not to share a line. */
  line(): Connection {
    return connected(this.#service);
  }

  get file(): string {
    return join(this.#directory.path, 'trench.yaml');
  }

  get registry() {
    return this.#connection.client(TargetRegistryDefinition);
  }

  get configuration() {
    return this.#connection.client(ConfigurationManagerDefinition);
  }

  /** Replaces the file as Kubernetes and editors do, in one go; undefined deletes it. */
  async write(text: string | undefined): Promise<void> {
    if (text === undefined) return rm(this.file);
    await writeFile(`${this.file}.new`, text);
    await rename(`${this.file}.new`, this.file);
  }

  /** kill -9, and that it is gone. */
  async kill(): Promise<void> {
    this.#service.kill('SIGKILL');
    await this.#service.exited;
  }

  /** Starts it again on its data and its port, with other settings on top of its own; one that runs is stopped first. */
  async restart(changes: Settings = {}): Promise<void> {
    this.#connection[Symbol.dispose]();
    this.#service = await this.#service.restart({ env: envOf({ ...this.#settings, ...changes }) });
    this.#connection = connected(this.#service);
  }

  /** Registers twice, so that it is enabled. */
  async enable(target: Target): Promise<void> {
    await this.registry.register(target);
    await this.registry.register(target);
  }

  async status(): Promise<NspStatus> {
    const { status } = await this.#connection.client(NspAdminServiceDefinition).status({});
    if (status === undefined) throw new Error('Status answered without a status');
    return status;
  }

  /** Waits until the status is as wanted, and gives it. */
  becomes(describe: string, accept: (status: NspStatus) => boolean, deadlineMs = 10_000): Promise<NspStatus> {
    return until(() => this.status(), { deadlineMs, everyMs: 10, describe, accept });
  }

  /** The targets of a type as a new watcher is first told, of any status and stream. */
  async targets(type: Type = Type.DEFAULT): Promise<readonly Target[]> {
    const filter = { ips: [], context: {}, status: Status.ANY, type, stream: undefined };
    return (await first(this.registry.watch(filter))).targets;
  }

  /** What /readyz answers. */
  async readyz(): Promise<{ readonly ready: boolean; readonly reason?: string }> {
    const response = await fetch(`http://127.0.0.1:${this.#service.adminPort}/readyz`);
    return (await response.json()) as { ready: boolean; reason?: string };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#connection[Symbol.dispose]();
    await this.#service[Symbol.asyncDispose]();
    await this.#directory[Symbol.asyncDispose]();
  }
}

/** The first message of a stream, which is then left. */
export async function first<Message>(stream: AsyncIterable<Message>): Promise<Message> {
  for await (const message of stream) return message;
  throw new Error('the stream ended without a message');
}

/** Everything that a stream has sent so far. Disposing leaves it. */
export class Watch<Message> implements Disposable {
  readonly received: Message[] = [];
  /** Resolves with the error that ended it, or undefined. */
  readonly ended: Promise<unknown>;
  readonly #leave = new AbortController();

  constructor(open: (options: { signal: AbortSignal }) => AsyncIterable<Message>) {
    this.ended = this.#read(open({ signal: this.#leave.signal })).catch((error: unknown) => error);
  }

  get last(): Message | undefined {
    return this.received.at(-1);
  }

  /** Waits until a message is as wanted, and gives it. */
  until(describe: string, accept: (message: Message) => boolean, deadlineMs = 10_000): Promise<Message> {
    return until(() => this.received.findLast(accept), {
      deadlineMs,
      everyMs: 5,
      describe,
      accept: (found) => found !== undefined,
    }) as Promise<Message>;
  }

  [Symbol.dispose](): void {
    this.#leave.abort();
  }

  async #read(stream: AsyncIterable<Message>): Promise<void> {
    for await (const message of stream) this.received.push(message);
  }
}

/** Watches all targets of the type DEFAULT. */
export function watchTargets(nsp: NspUnderTest, filter: Partial<Target> = {}): Watch<TargetResponse> {
  return new Watch((options) =>
    nsp.registry.watch({ status: Status.ANY, type: Type.DEFAULT, ...filter }, options),
  );
}

function envOf(settings: Settings): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(settings).map(([key, value]) => [
      `SYNCLINE_NSP_${key.replaceAll(/[A-Z]/g, '_$&').toUpperCase()}`,
      value,
    ]),
  );
}

function connected(service: Service): Connection {
  return connect(service.address, {
    security: { kind: 'plaintext' },
    maxReceiveBytes: 64 << 20,
    reconnect: { initialMs: 20, maxMs: 200 },
  });
}
