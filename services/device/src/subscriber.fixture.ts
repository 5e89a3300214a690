// A device with subscribers and without a transport, for tests: time is virtual, what subscribers receive is
// written down as text.

import type { Operation } from '@syncline/gnmi/notification.ts';
import { toProto } from '@syncline/gnmi/path-proto.ts';
import { parsePath, printPath } from '@syncline/gnmi/path-text.ts';
import { parseSubscribe } from '@syncline/gnmi/subscribe-request.ts';
import type { Value } from '@syncline/gnmi/value.ts';
import { Encoding, SubscribeRequest, SubscriptionList_Mode, SubscriptionMode } from '@syncline/proto/gnmi.ts';
import { VirtualClock } from '@syncline/testkit/virtual-clock.ts';
import type { Message } from './change.ts';
import { Device } from './device.ts';
import type { Sink } from './sink.ts';
import type { CallStatus } from './status.ts';
import { Subscriber } from './subscriber.ts';
import { Waiters } from './waiters.ts';

/** Writes messages down and can be made full. */
export class RecordingSink implements Sink {
  readonly lines: string[] = [];
  ended: CallStatus | undefined;
  readonly #over = new AbortController();
  readonly #waiting = new Waiters();
  #full = false;
  #writtenBytes = 0;
  #queuedBytes = 0;

  /** Aborts when the stream is over. */
  get signal(): AbortSignal {
    return this.#over.signal;
  }

  get full(): boolean {
    return this.#full;
  }

  /** The client reads no more and leaves a byte that it was sent, or reads all there is. */
  set full(full: boolean) {
    this.#full = full;
    this.#writtenBytes += full ? 1 : 0;
    this.#queuedBytes = full ? this.#queuedBytes + 1 : 0;
    if (!full) this.#waiting.release();
  }

  get writtenBytes(): number {
    return this.#writtenBytes;
  }

  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  write(message: Message): void {
    const line = printMessage(message);
    this.lines.push(line);
    this.#writtenBytes += line.length;
    if (this.#full) this.#queuedBytes += line.length;
  }

  async drained(signal: AbortSignal): Promise<void> {
    while (this.#full) await this.#waiting.wait(signal);
  }

  end(status: CallStatus): void {
    this.ended ??= status;
    this.#over.abort(new DOMException('the stream is over', 'AbortError'));
  }

  /** What was written since the last call. */
  take(): string[] {
    return this.lines.splice(0);
  }
}

/** `+/a=1` is an update, `+/a=1 (2)` one that stands for two older values, `-/a` a delete. */
function printMessage(message: Message): string {
  if (message.kind === 'sync') return 'sync';
  if (message.kind === 'raw') return `raw ${message.notification.length}`;
  const parts = [
    ...(message.atomicUnder === undefined ? [] : [`atomic ${printPath(message.atomicUnder)}`]),
    ...message.deletes.map((path) => `-${printPath(path)}`),
    ...message.updates.map((leaf) => {
      const duplicates = message.duplicates.get(leaf);
      return `+${printPath(leaf.path)}=${printValue(leaf.value)}${duplicates === undefined ? '' : ` (${duplicates})`}`;
    }),
  ];
  return parts.join(' ');
}

/** The text of a value, as lines have it. */
export function printValue({ value }: Value): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString();
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** One path of a subscription. Intervals are milliseconds. */
export interface Subscribed {
  readonly path: string;
  readonly mode?: keyof typeof SubscriptionMode;
  readonly sampleMs?: number;
  readonly heartbeatMs?: number;
  readonly suppressRedundant?: boolean;
}

/** How long a subscriber may read nothing, in ms of `awake`. */
export const slowConsumerMs = 1_000;

/** A device whose tree is written as text. */
export class DeviceBench {
  readonly clock = new VirtualClock();
  /** By which it is counted how long a subscriber reads nothing. */
  readonly awake = new VirtualClock();
  readonly device = new Device(this.clock);

  /** Sets leaves, `{ '/a/b': 1 }`, in one change and lets everybody hear of it. */
  async set(leaves: Readonly<Record<string, number | string>>): Promise<void> {
    await this.apply(sets(leaves));
  }

  async delete(...paths: readonly string[]): Promise<void> {
    await this.apply(paths.map((path) => ({ kind: 'delete', path: parsePath(path) })));
  }

  async apply(operations: readonly Operation[]): Promise<void> {
    this.device.apply(operations, this.device.stamp(undefined));
    await settled();
  }

  /** Lets time pass in steps of 1 ms, with all that it wakes. */
  async pass(ms: number): Promise<void> {
    for (let i = 0; i < ms; i++) {
      this.clock.advance(1);
      await settled();
    }
  }

  /** Opens a Subscribe and waits until it has sent what it has to send. */
  async subscribe(
    mode: keyof typeof SubscriptionList_Mode,
    subscribed: readonly Subscribed[],
    more: { readonly updatesOnly?: boolean; readonly full?: boolean } = {},
  ): Promise<{ readonly sink: RecordingSink; readonly subscriber: Subscriber }> {
    const request = SubscribeRequest.fromPartial({
      request: {
        $case: 'subscribe',
        value: {
          mode: SubscriptionList_Mode[mode],
          encoding: Encoding.PROTO,
          updatesOnly: more.updatesOnly ?? false,
          subscription: subscribed.map((it) => ({
            path: toProto(parsePath(it.path)),
            mode: SubscriptionMode[it.mode ?? 'ON_CHANGE'],
            sampleInterval: BigInt(it.sampleMs ?? 0) * 1_000_000n,
            heartbeatInterval: BigInt(it.heartbeatMs ?? 0) * 1_000_000n,
            suppressRedundant: it.suppressRedundant ?? false,
          })),
        },
      },
    });
    const limits = {
      maxPaths: 10,
      models: new Set<string>(),
      minSampleInterval: 1_000_000n,
      minHeartbeatInterval: 1_000_000n,
    };
    const sink = new RecordingSink();
    if (more.full === true) sink.full = true;
    const { tree, clock, faults } = this.device;
    const context = { tree, clock, faults, awake: this.awake, slowConsumerMs };
    const subscriber = new Subscriber(parseSubscribe(request, limits), sink, context, () => true);
    void this.#serve(subscriber, sink);
    await settled();
    return { sink, subscriber };
  }

  async #serve(subscriber: Subscriber, sink: RecordingSink): Promise<void> {
    try {
      sink.end(await this.device.audience.during(subscriber, () => subscriber.run(sink.signal)));
    } catch (error) {
      if (!sink.signal.aborted) throw error;
    }
  }
}

/** Operations that set leaves: numbers as uint, text as string. */
export function sets(leaves: Readonly<Record<string, number | string>>): Operation[] {
  return Object.entries(leaves).map(([path, value]) => ({
    kind: 'set',
    path: parsePath(path),
    value:
      typeof value === 'number' ? { $case: 'uintVal', value: BigInt(value) } : { $case: 'stringVal', value },
    duplicates: 0,
    timestamp: 0n,
  }));
}

/** Lets everything that is ready run. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 3; i++) await new Promise<void>((resolve) => setImmediate(resolve));
}

/** A bench whose device has these leaves. */
export async function deviceWith(leaves: Readonly<Record<string, number | string>>): Promise<DeviceBench> {
  const bench = new DeviceBench();
  await bench.set(leaves);
  return bench;
}
