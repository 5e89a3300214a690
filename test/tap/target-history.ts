// What a watcher of the NSP's registry is told, every list of it, and what must be true of each list.

import { setTimeout as delay } from 'node:timers/promises';
import {
  type Target,
  Target_Status,
  Target_Type,
  TargetRegistryDefinition,
} from '@syncline/proto/nsp-targetregistry.ts';
import { type Connection, connect } from '@syncline/rpc/connect.ts';
import { until } from '@syncline/testkit/wait.ts';

/** A target as a test reads it. */
export interface SeenTarget {
  readonly stream: string;
  readonly identifier: number;
  readonly status: 'ENABLED' | 'DISABLED';
  readonly ips: readonly string[];
}

export class TargetHistory implements AsyncDisposable {
  /** Resolves when the first list was received. */
  readonly connected: Promise<void>;
  readonly #line: Connection;
  readonly #end = new AbortController();
  readonly #watching: Promise<void>;
  readonly #lists: (readonly SeenTarget[])[] = [];
  #heard: () => void = () => undefined;
  #watches = 0;

  constructor(address: string) {
    this.#line = connect(address, {
      security: { kind: 'plaintext' },
      reconnect: { initialMs: 20, maxMs: 100 },
    });
    const { promise, resolve } = Promise.withResolvers<void>();
    this.connected = promise;
    this.#heard = resolve;
    this.#watching = this.#watch();
  }

  /** Every list that was received, oldest first. */
  get lists(): readonly (readonly SeenTarget[])[] {
    return this.#lists;
  }

  /** The watches that have told a list; the NSP that is killed ends one, and the next is of the one that follows. */
  get watches(): number {
    return this.#watches;
  }

  /** The newest list. */
  get now(): readonly SeenTarget[] {
    return this.#lists.at(-1) ?? [];
  }

  /** The ENABLED targets of a stream in the newest list. */
  enabled(stream: string): readonly SeenTarget[] {
    return this.now.filter((target) => target.stream === stream && target.status === 'ENABLED');
  }

  /** Waits until the newest list is as wanted. */
  become(
    describe: string,
    accept: (now: readonly SeenTarget[]) => boolean,
    deadlineMs = 10_000,
  ): Promise<readonly SeenTarget[]> {
    return until(() => this.now, { deadlineMs, everyMs: 5, describe, accept });
  }

  /** What is wrong in any list: I3 (identifiers), I4 (`maxTargets` of each stream) and I5 (addresses). */
  problems(maxTargets: number, vips: readonly string[] = []): string[] {
    return this.#lists.flatMap((list) => problemsOf(list, maxTargets, vips));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort();
    await this.#watching;
    this.#line[Symbol.dispose]();
  }

  /** Watches again whenever the NSP goes away. */
  async #watch(): Promise<void> {
    const { signal } = this.#end;
    const registry = this.#line.client(TargetRegistryDefinition);
    const filter = { status: Target_Status.ANY, type: Target_Type.DEFAULT };
    while (!signal.aborted) {
      let isFirst = true;
      try {
        for await (const { targets } of registry.watch(filter, { signal })) {
          this.#lists.push(targets.map(seen));
          if (isFirst) this.#watches += 1;
          isFirst = false;
          this.#heard();
        }
      } catch {
        await delay(20, undefined, { signal }).catch(() => undefined);
      }
    }
  }
}

function seen({ stream, context, status, ips }: Target): SeenTarget {
  return {
    stream: stream?.name ?? '',
    identifier: Number(context['identifier']),
    status: status === Target_Status.ENABLED ? 'ENABLED' : 'DISABLED',
    ips,
  };
}

function problemsOf(list: readonly SeenTarget[], maxTargets: number, vips: readonly string[]): string[] {
  const enabled = list.filter(({ status }) => status === 'ENABLED');
  const slots = enabled.map(({ stream, identifier }) => `${stream} ${identifier}`);
  const problems = slots
    .filter((slot, index) => slots.indexOf(slot) !== index)
    .map((slot) => `two ENABLED targets of ${slot}`);
  for (const { stream, identifier, ips } of list) {
    if (!(identifier >= 1 && identifier <= maxTargets))
      problems.push(`identifier ${identifier} of ${stream}`);
    if (ips.length === 0) problems.push(`a target of ${stream} without addresses`);
    if (ips.some((ip) => vips.includes(ip)))
      problems.push(`a target of ${stream} with a VIP: ${ips.join(' ')}`);
  }
  for (const stream of new Set(enabled.map((target) => target.stream))) {
    const count = enabled.filter((target) => target.stream === stream).length;
    if (count > maxTargets) problems.push(`${count} ENABLED targets of ${stream}, of ${maxTargets}`);
  }
  return problems;
}
