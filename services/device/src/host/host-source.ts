// Keeps the tree as this machine is: reads it at a fixed rate and applies what differs, in one step.

import type { Operation } from '@syncline/gnmi/notification.ts';
import { printPath } from '@syncline/gnmi/path-text.ts';
import type { Value } from '@syncline/gnmi/value.ts';
import { sleep } from '@syncline/runtime/clock.ts';
import type { LoopWatch } from '@syncline/runtime/liveness.ts';
import type { ChangeSpan } from '../change-span.ts';
import type { Device } from '../device.ts';
import type { Host } from './host.ts';
import type { Reading, ReadingValue } from './reading.ts';

/** Reading is a few dozen small files; longer means that the system hangs. */
const readDeadlineMs = 10_000;

/** What is known of the machine, by the text of the path. */
export type KnownHost = ReadonlyMap<string, Reading>;

/** The one writer of the tree in host mode. */
export class HostSource {
  readonly #device: Device;
  readonly #host: Host;
  readonly #traced: ChangeSpan;
  #known: KnownHost = new Map();

  constructor(device: Device, host: Host, traced: ChangeSpan) {
    this.#device = device;
    this.#host = host;
    this.#traced = traced;
  }

  /** Reads the machine once and applies what differs from the reading before. */
  async refresh(): Promise<void> {
    const readings = await this.#host.read(this.#device.clock.now());
    const found = new Map(readings.map((reading) => [printPath(reading.path), reading]));
    const operations = differences(this.#known, found);
    this.#known = found;
    if (operations.length === 0) return;
    this.#traced('host', (traceparent) => this.#device.apply(operations, this.#device.stamp(traceparent)));
  }

  /** Refreshes every `everyMs` until the signal aborts, with whose reason it rejects. */
  async follow(everyMs: number, watch: LoopWatch, signal: AbortSignal): Promise<void> {
    for (;;) {
      watch.idle('the next refresh');
      await sleep(this.#device.clock, everyMs, signal);
      watch.phase('reading', readDeadlineMs, 'the operating system');
      await this.refresh();
    }
  }
}

/** What turns `before` into `after`. */
export function differences(before: KnownHost, after: KnownHost): Operation[] {
  const gone = [...before].filter(([key]) => !after.has(key));
  const changed = [...after].filter(([key, { value }]) => before.get(key)?.value !== value);
  return [
    ...gone.map(([, { path }]) => ({ kind: 'delete' as const, path })),
    ...changed.map(([, { path, value }]) => ({
      kind: 'set' as const,
      path,
      value: toValue(value),
      duplicates: 0,
      timestamp: 0n,
    })),
  ];
}

function toValue(value: ReadingValue): Value {
  if (typeof value === 'string') return { $case: 'stringVal', value };
  if (typeof value === 'bigint') return { $case: 'uintVal', value };
  if (typeof value === 'number') return { $case: 'doubleVal', value };
  return { $case: 'boolVal', value };
}
