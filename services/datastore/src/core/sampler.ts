// The paths of a subscription that are sent by the clock: samples, and heartbeats of what is otherwise sent on change
// (gNMI 3.5.1.5.2). A sample that falls due while its subscriber lags is left out: the next one says what is.
import type { LeafTable } from './leaf-table.ts';
import type { NotificationWriter } from './notification-writer.ts';
import { decodePath } from './path-wire.ts';
import type { SelectedPath } from './protocol.ts';
import { Selector } from './selector.ts';

export class Sampler {
  readonly intervalMs: number;
  readonly #selector: Selector;
  readonly #leaves: LeafTable;
  readonly #changesOnly: boolean;
  readonly #heartbeatMs: number;
  #seen: number;
  #beatAt: number;

  /** Undefined when the path is sent on change alone. `head` is the position its initial set shows. */
  static of(
    path: SelectedPath,
    depth: number,
    leaves: LeafTable,
    head: number,
    nowMs: number,
  ): Sampler | undefined {
    const { delivery } = path;
    if (delivery.kind === 'change' && delivery.heartbeatMs === 0) return undefined;
    return new Sampler(path, depth, leaves, head, nowMs);
  }

  private constructor(path: SelectedPath, depth: number, leaves: LeafTable, head: number, nowMs: number) {
    const { delivery } = path;
    this.#leaves = leaves;
    this.#selector = new Selector(leaves, [decodePath(path.path)], depth);
    this.intervalMs = delivery.kind === 'sample' ? delivery.intervalMs : delivery.heartbeatMs;
    this.#changesOnly = delivery.kind === 'sample' && delivery.suppressRedundant;
    this.#heartbeatMs = delivery.heartbeatMs;
    this.#seen = head;
    this.#beatAt = nowMs + delivery.heartbeatMs;
  }

  /** The position of the last change that a sample of this path has shown. */
  get position(): number {
    return this.#seen;
  }

  /** Writes what is due at `nowMs`; `head` is the ring's. A leaf that went since the last sample is deleted once. */
  sample(writer: NotificationWriter, head: number, nowMs: number): void {
    const beat = this.#heartbeatMs > 0 && nowMs >= this.#beatAt;
    if (beat) this.#beatAt = nowMs + this.#heartbeatMs;
    const leaves = this.#leaves;
    for (const leaf of this.#selector.collect()) {
      const changed = (leaves.changedAt[leaf] as number) > this.#seen;
      if (leaves.isPresent(leaf) ? changed || beat || !this.#changesOnly : changed) writer.add(leaf, 0);
    }
    this.#seen = head;
  }
}
