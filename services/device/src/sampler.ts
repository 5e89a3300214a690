// The rates of a STREAM subscription: samples and heartbeats, each a walk over its part of the tree. A tick that
// finds the walk of the one before it unfinished is skipped: what that walk has yet to give is as fresh.

import type { StreamPath } from '@syncline/gnmi/subscribe-request.ts';
import type { Clock } from '@syncline/runtime/clock.ts';
import type { Stamp } from './change.ts';
import type { Outbox } from './outbox.ts';
import { Ticker } from './ticker.ts';
import type { TreeLeaf } from './tree-leaf.ts';
import type { Walk } from './walk-queue.ts';

/** What samples are taken from and put into. */
export interface SamplerContext {
  readonly clock: Clock;
  readonly outbox: Outbox;
  readonly sent: SentVersions;
  /** The leaves of a subscribed path at this moment. */
  leavesOf(path: StreamPath): Iterable<TreeLeaf>;
  start(walk: Walk): void;
}

/** Which version of each leaf the client was sent last, or is about to be. */
export class SentVersions {
  readonly #sent = new WeakMap<TreeLeaf, number>();

  note(leaf: TreeLeaf): void {
    this.#sent.set(leaf, leaf.version);
  }

  /** Whether the client has the leaf's value already. */
  has(leaf: TreeLeaf): boolean {
    return this.#sent.get(leaf) === leaf.version;
  }
}

/** Runs the rates of one subscription until it is disposed. */
export class Sampler implements Disposable {
  readonly #context: SamplerContext;
  readonly #tickers = new DisposableStack();

  constructor(paths: readonly StreamPath[], context: SamplerContext) {
    this.#context = context;
    for (const path of paths) this.#arm(path);
  }

  [Symbol.dispose](): void {
    this.#tickers.dispose();
  }

  #arm(path: StreamPath): void {
    const { outbox, sent } = this.#context;
    const { trigger } = path;
    const isSuppressing = trigger.kind === 'sample' && trigger.suppressRedundant;
    if (trigger.kind === 'sample') {
      this.#every(trigger.interval, path, (leaf, stamp) => {
        if (isSuppressing && sent.has(leaf)) return;
        sent.note(leaf);
        outbox.update(leaf, stamp);
      });
    }
    // Where every sample has every leaf, a heartbeat could add nothing.
    if (trigger.heartbeat > 0n && (isSuppressing || trigger.kind !== 'sample')) {
      this.#every(trigger.heartbeat, path, (leaf, stamp) => {
        sent.note(leaf);
        outbox.include(leaf, stamp);
      });
    }
  }

  #every(interval: bigint, path: StreamPath, put: (leaf: TreeLeaf, stamp: Stamp) => void): void {
    const context = this.#context;
    let walking = false;
    const tick = () => {
      if (walking) return;
      walking = true;
      const stamp: Stamp = { timestamp: undefined, traceparent: undefined };
      context.start({
        leaves: context.leavesOf(path)[Symbol.iterator](),
        put: (leaf) => put(leaf, stamp),
        done: () => {
          walking = false;
        },
      });
    };
    this.#tickers.use(new Ticker(context.clock, interval, tick));
  }
}
