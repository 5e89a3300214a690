// The regions of the stores and their heartbeats: each store has a stream, and a region always goes by the same.
// Changes go round the regions, all but the last, which is left to a probe.

import { setTimeout as delay } from 'node:timers/promises';
import type { RegionLayout } from '../../../test/interop/region-layout.ts';
import { monotonicMs } from '../../workload/stamp.ts';
import { clusterId } from '../layout.ts';
import { stampNow } from '../stamp.ts';
import type { HeartbeatStream } from './heartbeat-stream.ts';
import { Heartbeats, laid } from './heartbeats.ts';
import type { Change, Sent } from './orders.ts';

const tickMs = 1;

export class Population {
  readonly #count: number;
  readonly #streams: readonly HeartbeatStream[];
  readonly #heartbeats: Heartbeats;
  readonly #versions: Float64Array;
  readonly #moves: Uint32Array;
  #cursor = 0;
  #sent = 0;
  #isPacing = false;

  constructor(layout: RegionLayout, streams: readonly HeartbeatStream[]) {
    this.#count = layout.count;
    this.#streams = streams;
    this.#heartbeats = new Heartbeats(layout, clusterId);
    this.#versions = new Float64Array(layout.count).fill(laid.version);
    this.#moves = new Uint32Array(layout.count);
  }

  /** Tells of every region as it is. */
  async report(): Promise<Sent> {
    for (let i = 0; i < this.#count; i++) {
      const stream = this.#tell(i);
      if (stream.isFull) await stream.drained();
    }
    return this.#flushed(0);
  }

  /** Changes `count` regions as fast as the leader reads. */
  async change(count: number, change: Change): Promise<Sent> {
    await this.#change(count, change);
    return this.#flushed(0);
  }

  /** Changes `rate` regions a second, until `seconds` are over or halt(). What could not be sent in time is sent late. */
  async pace(rate: number, seconds: number, change: Change): Promise<Sent> {
    const began = monotonicMs();
    let behindMs = 0;
    this.#isPacing = true;
    for (let done = 0; this.#isPacing && done < rate * seconds; ) {
      await delay(tickMs);
      const elapsedMs = monotonicMs() - began;
      const due = Math.floor(Math.min(seconds, elapsedMs / 1_000) * rate);
      await this.#change(due - done, change);
      this.#flush();
      behindMs = Math.max(behindMs, monotonicMs() - began - (done / rate) * 1_000);
      done = due;
    }
    return this.#flushed(behindMs);
  }

  /** Ends the pace. */
  halt(): void {
    this.#isPacing = false;
  }

  async #change(count: number, change: Change): Promise<void> {
    for (let done = 0; done < count; done++) {
      const i = this.#cursor;
      this.#cursor = (i + 1) % (this.#count - 1);
      if (change === 'leader') this.#moves[i] = (this.#moves[i] as number) + 1;
      else this.#versions[i] = stampNow();
      const stream = this.#tell(i);
      if (stream.isFull) await stream.drained();
    }
  }

  /** Gives the stream that it went to. */
  #tell(i: number): HeartbeatStream {
    const state = { version: this.#versions[i] as number, moves: this.#moves[i] as number };
    const stream = this.#streams[i % this.#streams.length] as HeartbeatStream;
    this.#sent++;
    stream.add((into, at) => this.#heartbeats.write(into, at, i, state));
    return stream;
  }

  #flushed(behindMs: number): Sent {
    this.#flush();
    return { heartbeats: this.#sent, behindMs };
  }

  #flush(): void {
    for (const stream of this.#streams) stream.flush();
  }
}
