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
const READ_DEADLINE_MS = 10_000;

/** What the tree is kept from, and how often. */
export interface HostSource {
  readonly device: Device;
  readonly host: Host;
  readonly traced: ChangeSpan;
  readonly everyMs: number;
}

/** What is known of the machine, by the text of the path. */
export type KnownHost = ReadonlyMap<string, Reading>;

/** Keeps the tree up to date from `known` on, until the signal aborts, with whose reason it rejects. */
export async function followHost(
  source: HostSource,
  known: KnownHost,
  watch: LoopWatch,
  signal: AbortSignal,
): Promise<void> {
  const { clock } = source.device;
  for (let now = known; ; now = await refresh(source, now)) {
    watch.idle('the next refresh');
    await sleep(clock, source.everyMs, signal);
    watch.phase('reading', READ_DEADLINE_MS, 'the operating system');
  }
}

/** Reads once, applies what differs from `known`, and gives what is known from then on. */
export async function refresh({ device, host, traced }: HostSource, known: KnownHost): Promise<KnownHost> {
  const readings = await host.read(device.clock.now());
  const found = new Map(readings.map((reading) => [printPath(reading.path), reading]));
  const operations = differences(known, found);
  if (operations.length > 0) {
    traced('host', (traceparent) => device.apply(operations, device.stamp(traceparent)));
  }
  return found;
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
