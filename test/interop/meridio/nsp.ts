// Our NSP with a configuration that a case can change.

import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Configuration, NspAdminServiceDefinition } from '@syncline/proto/nsp-admin.ts';
import { connect } from '@syncline/rpc/connect.ts';
import type { Service } from '@syncline/testkit/service.ts';
import { tempDir } from '@syncline/testkit/temp-dir.ts';
import type { CaseContext } from '../context.ts';

const DEMO = join(import.meta.dirname, '..', '..', '..', 'deploy', 'examples', 'demo.yaml');

/** The configuration of the trench `demo`: see deploy/examples/demo.yaml. */
export const demoConfiguration = (): Promise<string> => readFile(DEMO, 'utf8');

/** A running NSP; its address outlives restarts. */
export class Nsp {
  readonly #context: CaseContext;
  readonly #file: string;
  #service: Service;

  /** Starts one that has the trench `demo`. Settings are without SYNCLINE_NSP_. */
  static async start(
    context: CaseContext,
    settings: Readonly<Record<string, string>> = {},
    configuration?: string,
  ): Promise<Nsp> {
    const file = join(context.own(await tempDir('configuration')).path, 'demo.yaml');
    await writeFile(file, configuration ?? (await demoConfiguration()));
    const env = variables('NSP', { CONFIGURATION: file, SETTLE: '0ms', ...settings });
    return new Nsp(context, file, await context.startOfTrench('nsp', { env }));
  }

  private constructor(context: CaseContext, file: string, service: Service) {
    this.#context = context;
    this.#file = file;
    this.#service = service;
  }

  /** host:port */
  get address(): string {
    return this.#service.address;
  }

  /** What it says of its configuration. */
  async configuration(): Promise<Configuration> {
    using connection = connect(this.address, { security: { kind: 'plaintext' } });
    const { status } = await connection.client(NspAdminServiceDefinition).status({});
    if (status?.configuration === undefined) throw new Error('Status answered without a configuration');
    return status.configuration;
  }

  /** Replaces the configuration, in one step as an editor does. */
  async configure(text: string): Promise<void> {
    await writeFile(`${this.#file}.new`, text);
    await rename(`${this.#file}.new`, this.#file);
  }

  kill(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#service.kill(signal);
  }

  /** Kills it as a crash does, and starts it on what it left. */
  async crash(): Promise<void> {
    this.#service.kill('SIGKILL');
    await this.#service.exited;
    this.#service = await this.#context.restart('nsp', this.#service);
  }
}

/** Stops a process as a hung machine would, for a while. */
export async function freeze(
  service: { kill(signal: 'SIGSTOP' | 'SIGCONT'): void },
  ms: number,
): Promise<void> {
  service.kill('SIGSTOP');
  await delay(ms);
  service.kill('SIGCONT');
}

/** Settings of a service as its environment. */
export function variables(
  service: string,
  settings: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [`SYNCLINE_${service}_${name}`, value]),
  );
}
