// An NSP as a process of its own, with the configuration of a measurement.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Connection, connect } from '@syncline/rpc/connect.ts';
import { type Service, startService } from '@syncline/testkit/service.ts';
import { tempDir } from '@syncline/testkit/temp-dir.ts';
import { type StreamSetting, trenchConfiguration } from '../../test/tap/trench-configuration.ts';
import { conduitName } from './names.ts';
import { Registry } from './registry.ts';

export class Nsp implements AsyncDisposable {
  readonly registry: Registry;
  readonly #service: Service;
  readonly #stack: AsyncDisposableStack;

  private constructor(service: Service, registry: Registry, stack: AsyncDisposableStack) {
    this.#service = service;
    this.registry = registry;
    this.#stack = stack;
  }

  /** Starts one whose configuration has these streams, with targets that do not expire while they are measured. */
  static async start(streams: readonly StreamSetting[], signal: AbortSignal): Promise<Nsp> {
    await using stack = new AsyncDisposableStack();
    const { path } = stack.use(await tempDir('trench'));
    const configuration = join(path, 'trench.yaml');
    await writeFile(configuration, trenchConfiguration(conduitName.trench, streams));
    const env = {
      SYNCLINE_NSP_CONFIGURATION: configuration,
      SYNCLINE_NSP_CONFIGURATION_SIZE: '4MiB',
      SYNCLINE_NSP_ENTRY_TIMEOUT: '1h',
    };
    const service = stack.use(await startService({ service: 'nsp', env }));
    const connection = stack.use(plainConnection(service.address));
    return new Nsp(service, new Registry(connection, signal), stack.move());
  }

  /** host:port. */
  get address(): string {
    return this.#service.address;
  }

  get pid(): number {
    return this.#service.pid;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync();
  }
}

/** A channel of its own. */
export function plainConnection(address: string): Connection {
  return connect(address, { security: { kind: 'plaintext' }, maxReceiveBytes: -1 });
}
