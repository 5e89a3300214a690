// The services together: started one after the other, stopped in the reverse order, none left behind.

import { setTimeout as delay } from 'node:timers/promises';
import { Child, type ServiceEndedError } from './child.ts';
import type { LogRecord } from './log-record.ts';
import type { UpService } from './service-table.ts';

/** How long one service may take to stop before the next is told, and all before they are killed. */
const stopMs = { each: 4_000, all: 9_000 };

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
    const ports = new Map<string, number>();
    for (const { name } of services) {
      const child = new Child(name, this.#env, (record) => this.#heard(name, record));
      this.#children.push(child);
      ports.set(name, await child.serving);
      void child.ended.then(() => this.#lost(child.endedBecause()));
    }
    return ports;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping = true;
    const gone = Promise.all(this.#children.map(({ ended }) => ended));
    const killer = setTimeout(() => this.#kill(), stopMs.all);
    for (const child of this.#children.toReversed()) {
      child.kill('SIGTERM');
      await Promise.race([child.ended, delay(stopMs.each, undefined, { ref: false })]);
    }
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
