// An NSP process with a configuration file of its own and clients for what it serves.

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
import { type Service, startService } from '@syncline/testkit/service.ts';
import type { Settings } from '@syncline/testkit/service-process.ts';
import { ServiceUnderTest } from '@syncline/testkit/service-under-test.ts';
import { type TempDir, tempDir } from '@syncline/testkit/temp-dir.ts';
import { until } from '@syncline/testkit/wait.ts';
import { streamMessage } from '@syncline/trench/wire-name.ts';

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

export class NspUnderTest extends ServiceUnderTest {
  readonly #directory: TempDir;

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
    return new NspUnderTest(await startService({ service: 'nsp', settings: all, dataDir }), all, directory);
  }

  private constructor(service: Service, settings: Settings, directory: TempDir) {
    super(service, settings, { maxReceiveBytes: 64 << 20, reconnect: { initialMs: 20, maxMs: 200 } });
    this.#directory = directory;
  }

  get file(): string {
    return join(this.#directory.path, 'trench.yaml');
  }

  get registry() {
    return this.connection.client(TargetRegistryDefinition);
  }

  get configuration() {
    return this.connection.client(ConfigurationManagerDefinition);
  }

  /** Replaces the file as Kubernetes and editors do, in one go; undefined deletes it. */
  async write(text: string | undefined): Promise<void> {
    if (text === undefined) return rm(this.file);
    await writeFile(`${this.file}.new`, text);
    await rename(`${this.file}.new`, this.file);
  }

  /** Registers twice, so that it is enabled. */
  async enable(target: Target): Promise<void> {
    await this.registry.register(target);
    await this.registry.register(target);
  }

  async status(): Promise<NspStatus> {
    const { status } = await this.connection.client(NspAdminServiceDefinition).status({});
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

  override async [Symbol.asyncDispose](): Promise<void> {
    await super[Symbol.asyncDispose]();
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
