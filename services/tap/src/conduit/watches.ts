// What a conduit is told without asking: the streams and VIPs of the configuration, and the monitor of its connection.
// Each is a loop of its own, so one that is silent or fails holds up none of the others.

import { reasonOf } from '@syncline/rpc/failure-reason.ts';
import { keepWatching, type WatchParts } from '@syncline/rpc/watch/keep-watching.ts';
import { SupervisedLoop } from '@syncline/runtime/supervised-loop.ts';
import type { Prefix } from '@syncline/trench/prefix.ts';
import type { ConduitName } from '@syncline/trench/stream-name.ts';
import { retryShape } from '../loop/retry.ts';
import type { ConnectionEvent, StreamConfig } from '../ports.ts';
import type { ConduitParts } from './conduit-parts.ts';

/** Who is told; each is called in one turn and returns at once. */
export interface Watcher {
  streams(streams: readonly StreamConfig[]): void;
  vips(vips: readonly Prefix[]): void;
  monitorOpened(): void;
  event(event: ConnectionEvent): void;
}

/** Opened by constructing, ended by disposing. */
export class Watches implements AsyncDisposable {
  readonly #loops: readonly SupervisedLoop[];
  /** Of each kind that has told nothing since it failed; the last to fail is last. */
  readonly #errors = new Map<string, string>();

  constructor(name: ConduitName, parts: ConduitParts, watcher: Watcher) {
    const { ports, timings, clock, rng } = parts;
    const { configuration, proxy } = ports;
    const { firstListMs, retry } = timings;
    const common = { retry: retryShape(retry), clock, rng };
    const loop = <T>(
      kind: string,
      what: string,
      watch: Omit<WatchParts<T>, 'what' | 'failed' | keyof typeof common>,
    ) => {
      const take = (value: T) => {
        this.#errors.delete(kind);
        watch.take(value);
      };
      const failed = (error: unknown) => {
        this.#errors.delete(kind);
        this.#errors.set(kind, `${what}: ${reasonOf(error)}`);
      };
      return new SupervisedLoop(
        `${kind} of ${name.conduit}.${name.trench}`,
        (live, signal) => keepWatching<T>({ what, ...watch, ...common, take, failed }, live, signal),
        parts,
      );
    };
    this.#loops = [
      loop<readonly StreamConfig[]>('streams', 'nsp WatchStream', {
        open: (signal) => configuration.watchStreams(name, signal),
        take: (streams) => watcher.streams(streams),
        firstMs: firstListMs,
      }),
      loop<readonly Prefix[]>('vips', 'nsp WatchFlow', {
        open: (signal) => configuration.watchFlows(name, signal),
        take: (vips) => watcher.vips(vips),
        firstMs: firstListMs,
      }),
      loop<ConnectionEvent>('monitor', 'proxy MonitorConnections', {
        open: (signal) => proxy.monitor(name, signal),
        opening: () => watcher.monitorOpened(),
        take: (event) => watcher.event(event),
        // A proxy that never sends its first event is one we can do without: Requests tell the same.
        firstMs: Number.POSITIVE_INFINITY,
      }),
    ];
  }

  /** What a watch failed with last; '' when each has told something since it failed. */
  get error(): string {
    return [...this.#errors.values()].at(-1) ?? '';
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#loops.map((loop) => loop[Symbol.asyncDispose]()));
  }
}
