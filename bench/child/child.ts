// A child process of the benchmark, spoken to in orders and reports. It is killed with its scope and with this process.

import { type ChildProcess, fork } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { LogTail } from '@syncline/testkit/log-tail.ts';

/** A child process failed, or ended when it should not have. */
export class ChildError extends Error {
  override name = 'ChildError';
}

export class Child<Order extends object, Report extends { readonly kind: string }>
  implements AsyncDisposable
{
  readonly #name: string;
  readonly #process: ChildProcess;
  readonly #logs = new LogTail();
  readonly #exited: Promise<void>;
  readonly #reports: { readonly kind: string }[] = [];
  readonly #news = new EventEmitter();
  #failure: ChildError | undefined;

  /** Starts bench/<name>.ts with `options`. */
  constructor(name: string, options: object) {
    this.#name = name;
    this.#process = fork(
      fileURLToPath(new URL(`../${name}.ts`, import.meta.url)),
      [JSON.stringify(options)],
      {
        silent: true,
        serialization: 'advanced', // carries NaN and undefined
      },
    );
    for (const stream of [this.#process.stdout, this.#process.stderr]) if (stream) this.#logs.follow(stream);
    this.#process.on('message', (report: { readonly kind: string; readonly why?: string }) => {
      if (report.kind === 'failed') this.#fail(report.why ?? 'it gave no reason');
      else this.#reports.push(report);
      this.#news.emit('news');
    });
    this.#exited = new Promise((resolve) => {
      this.#process.once('close', (code, signal) => {
        this.#fail(`it ended with ${signal ?? `code ${code}`}\n${this.#logs.last(10)}`);
        resolve();
      });
    });
    this.#process.once('error', (error) => this.#fail(error.message));
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  /** Gives an order. */
  order(order: Order): void {
    if (this.#failure === undefined) this.#process.send(order);
  }

  /**
   * The next report of this kind, one that has come already included. Rejects with a ChildError when the child fails
   * or ends, and with an AbortError when the signal aborts.
   */
  async report<Kind extends Report['kind']>(
    kind: Kind,
    signal: AbortSignal,
  ): Promise<Extract<Report, { readonly kind: Kind }>> {
    for (;;) {
      const at = this.#reports.findIndex((report) => report.kind === kind);
      const [report] = at < 0 ? [] : this.#reports.splice(at, 1);
      if (report !== undefined) return report as Extract<Report, { readonly kind: Kind }>;
      if (this.#failure !== undefined) throw this.#failure;
      await once(this.#news, 'news', { signal });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.#exited;
  }

  #fail(why: string): void {
    this.#failure ??= new ChildError(`${this.#name}: ${why}`);
    this.#news.emit('news');
  }
}
