// The plain server as a process that ends with its scope.

import { Child } from '../../child/child.ts';
import type { PlainServerReport } from './orders.ts';

export class PlainServer implements AsyncDisposable {
  /** host:port. */
  readonly address: string;
  readonly #child: Child<object, PlainServerReport>;

  private constructor(child: Child<object, PlainServerReport>, port: number) {
    this.#child = child;
    this.address = `127.0.0.1:${port}`;
  }

  /** Starts one that serves when this resolves. */
  static async start(signal: AbortSignal): Promise<PlainServer> {
    const child = new Child<object, PlainServerReport>('trench/plain-server', {});
    try {
      return new PlainServer(child, (await child.report('serving', signal)).port);
    } catch (error) {
      await child[Symbol.asyncDispose]();
      throw error;
    }
  }

  get pid(): number {
    return this.#child.pid;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#child[Symbol.asyncDispose]();
  }
}
