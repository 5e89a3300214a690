// The services together: what follows another is started after it and stopped before it, the rest at the same time;
// none is left behind.

import { setTimeout as delay } from 'node:timers/promises';
import { Child, type ServiceEndedError } from './child.ts';
import { childSettings } from './child-settings.ts';
import type { LogRecord } from './log-record.ts';
import type { UpService } from './service-table.ts';

/** How long those that follow one may take to stop before it is told, and all before they are killed. */
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
      const followed = (service.follows ?? []).flatMap((name) => serving.get(name) ?? []);
      serving.set(service.name, this.#start(service, followed));
    }
    const served = Array.from(serving, async ([name, port]) => [name, await port] as const);
    return new Map(await Promise.all(served));
  }

  async #start(service: UpService, followed: readonly Promise<number>[]): Promise<number> {
    const ports = await Promise.all(followed);
    const addresses = ports.map((port) => `127.0.0.1:${port}`);
    if (this.#stopping) throw new Error(`${service.name} is not started any more`);
    const settings = childSettings(service, addresses, this.#env);
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
    for (const child of this.#children) void this.#stop(child);
    await gone;
    clearTimeout(killer);
  }

  async #stop(child: Child): Promise<void> {
    const followers = this.#children.filter(({ follows }) => follows.includes(child.name));
    await Promise.race([
      Promise.all(followers.map(({ ended }) => ended)),
      delay(stopMs.following, undefined, { ref: false }),
    ]);
    child.kill('SIGTERM');
  }

  #lost(error: ServiceEndedError): void {
    if (!this.#stopping) this.#failed.reject(error);
  }

  #kill(): void {
    for (const child of this.#children) if (!child.hasEnded) child.kill('SIGKILL');
  }
}
