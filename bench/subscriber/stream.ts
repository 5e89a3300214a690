// One Subscribe RPC, read to the last value of each leaf. What flows after the initial tree is measured, but for the
// first second, in which everything on the way is still being compiled.

import { Encoding, SubscribeRequest, SubscriptionList_Mode, SubscriptionMode } from '@syncline/proto/gnmi.ts';
import type { Connection, RawClientStream } from '@syncline/rpc/connect.ts';
import type { LeafPaths } from '../workload/leaf-paths.ts';
import { elapsedUs, monotonicMs, stampTime } from '../workload/stamp.ts';
import { Histogram } from './histogram.ts';
import { LeafLog } from './leaf-log.ts';
import type { SubscriberOptions } from './orders.ts';
import { UpdateReader } from './update-reader.ts';

const warmUpMs = 1_000;

export class Stream {
  readonly log: LeafLog;
  readonly latencies = new Histogram();
  /** When the last message came, see monotonicMs. */
  lastMs = 0;
  /** When the measurement began; Infinity before that. */
  measuredFromMs = Number.POSITIVE_INFINITY;
  stalled = false;
  readonly #leaves: number;
  readonly #call: RawClientStream;
  #nowStamp = 0;

  /** Opens the stream and asks for everything, ON_CHANGE. `onEnd` hears of its end, which is always too early. */
  constructor(
    connection: Connection,
    options: SubscriberOptions,
    paths: LeafPaths,
    onEnd: (error: Error) => void,
  ) {
    this.#leaves = options.leaves;
    this.log = new LeafLog(options.leaves);
    this.#call = connection.raw('/gnmi.gNMI/Subscribe');
    const reader = new UpdateReader(paths, {
      update: (seq, sent, duplicates) => this.#update(seq, sent, duplicates),
      syncResponse: () => {},
    });
    this.#call.onEnd(({ code, details }) =>
      onEnd(new Error(`the stream ended with status ${code}: ${details}`)),
    );
    this.#call.onMessage((message) => {
      this.lastMs = monotonicMs();
      this.#nowStamp = stampTime(this.lastMs);
      try {
        reader.read(message);
      } catch (error) {
        this.#call.cancel();
        onEnd(error as Error);
      }
    });
    this.#call.write(wholeTree(options));
  }

  /** Stops reading. */
  stall(): void {
    this.stalled = true;
    this.#call.pause();
  }

  resume(): void {
    this.#call.resume();
  }

  #update(seq: number, sent: number, duplicates: number): void {
    this.log.add(seq, duplicates);
    if (seq < this.#leaves) return;
    if (this.measuredFromMs === Number.POSITIVE_INFINITY) this.measuredFromMs = this.lastMs + warmUpMs;
    if (this.lastMs >= this.measuredFromMs) this.latencies.add(elapsedUs(sent, this.#nowStamp));
  }
}

function wholeTree({ target, origin }: SubscriberOptions): Uint8Array {
  return SubscribeRequest.encode(
    SubscribeRequest.fromPartial({
      request: {
        $case: 'subscribe',
        value: {
          prefix: { target, origin },
          subscription: [{ path: {}, mode: SubscriptionMode.ON_CHANGE }],
          mode: SubscriptionList_Mode.STREAM,
          encoding: Encoding.PROTO,
        },
      },
    }),
  ).finish();
}
