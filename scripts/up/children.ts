// The services together: what follows another is started after it and stopped before it, the rest at the same time;
// none is left behind.

import { setTimeout as delay } from 'node:timers/promises';
import { Child, type ServiceEndedError } from './child.ts';
import { childSettings } from './child-settings.ts';
import type { LogRecord } from './log-record.ts';
import type { UpService } from './service-table.ts';

/** How long those that follow may take to stop before the others are told, and all before they are killed. */
const stopMs = { following: 4_000, all: 9_000 };

/** Where the services are, by name. */
export type Ports = ReadonlyMap<string, number>;

/** The running services. Disposing stops them, at the most 9 s later. */
export class Children implements AsyncDisposable {
  /** Rejects when a service ends by itself. */
  readonly failed: Promise<never>;
  readonly #failed = Promise.withResolvers<never>();
  readonly #children: Child[] = [];
  readonly #env: NodeJS.ProcessEnv;
  readonly #heard: (service: string, record: LogRecord) => void;
  #stopping = false;

  constructor(env: NodeJS.ProcessEnv, heard: (service: string, record: LogRecord) => void) {
    this.#env = env;
    this.#heard = heard;
    this.failed = this.#failed.promise;
    this.failed.catch(() => {});
    process.once('exit', () => this.#kill());
  }

  /** Starts the services and resolves when all serve. Rejects with ServiceEndedError for one that does not. */
  async start(services: readonly UpService[]): Promise<Ports> {
    const serving = new Map<string, Promise<number>>();
    for (const service of services) {
      const followed = service.follows === undefined ? undefined : serving.get(service.follows);
      serving.set(service.name, this.#start(service, followed));
    }
    const served = Array.from(serving, async ([name, port]) => [name, await port] as const);
    return new Map(await Promise.all(served));
  }

  async #start(service: UpService, followed: Promise<number> | undefined): Promise<number> {
    const address = followed === undefined ? '' : `127.0.0.1:${await followed}`;
    if (this.#stopping) throw new Error(`${service.name} is not started any more`);
    const settings = childSettings(service, address, this.#env);
    const child = new Child(service, settings, (record) => this.#heard(service.name, record));
    this.#children.push(child);
    const port = await child.serving;
    void child.ended.then(() => this.#lost(child.endedBecause()));
    return port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping = true;
    const gone = Promise.all(this.#children.map(({ ended }) => ended));
    const killer = setTimeout(() => this.#kill(), stopMs.all);
    const following = this.#children.filter(({ follows }) => follows !== undefined);
    for (const child of following) child.kill('SIGTERM');
    await Promise.race([
      Promise.all(following.map(({ ended }) => ended)),
      delay(stopMs.following, undefined, { ref: false }),
    ]);
    for (const child of this.#children) if (child.follows === undefined) child.kill('SIGTERM');
    await gone;
    clearTimeout(killer);
  }

  #lost(error: ServiceEndedError): void {
    if (!this.#stopping) this.#failed.reject(error);
  }

  #kill(): void {
    for (const child of this.#children) if (!child.hasEnded) child.kill('SIGKILL');
  }
}
