// A raw reader as a process of its own; it ends with its scope.

import { Child } from '../../child/child.ts';
import { type ProcessUsage, usageOf } from '../../process-usage.ts';
import type { RawReaderOptions, RawReaderOrder, RawReaderReport } from './orders.ts';

export class RawReader implements AsyncDisposable {
  readonly #child: Child<RawReaderOrder, RawReaderReport>;

  private constructor(child: Child<RawReaderOrder, RawReaderReport>) {
    this.#child = child;
  }

  /** Starts one that is connected to the leader at `address` and has asked for nothing. */
  static async connect(address: string, signal: AbortSignal): Promise<RawReader> {
    const options: RawReaderOptions = { address };
    const reader = new RawReader(new Child('region/raw-reader', options));
    try {
      await reader.#child.report('ready', signal);
      return reader;
    } catch (error) {
      await reader[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Reads a snapshot to its end. */
  read(signal: AbortSignal): Promise<Extract<RawReaderReport, { readonly kind: 'read' }>> {
    this.#child.order({ kind: 'read' });
    return this.#child.report('read', signal);
  }

  /** Undefined where there is no /proc. */
  usage(): Promise<ProcessUsage | undefined> {
    return usageOf(this.#child.pid);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#child[Symbol.asyncDispose]();
  }
}
