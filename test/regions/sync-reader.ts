// Somebody who asks a leader for its stream and is no follower of ours: what a PD would send and see, or one who stops
// reading.

import { Member, RequestHeader, SyncRegionRequest, SyncRegionResponse } from '@syncline/proto/pdpb.ts';
import { type Connection, connect, type RawClientStream, type StreamEnd } from '@syncline/rpc/connect.ts';
import { until } from '@syncline/testkit/wait.ts';
import type { MemberUnderTest } from './member-under-test.ts';

/** Who asks and for what; PD's own request says no more. */
export interface Ask {
  readonly startIndex?: bigint;
  readonly name?: string;
  readonly clientUrls?: readonly string[];
  /** The leader's own cluster unless given. */
  readonly clusterId?: bigint;
  /** Says hello as a Syncline that takes deltas. */
  readonly ours?: boolean;
  /** Stops reading at the first frame, until resume(). */
  readonly stops?: boolean;
}

export class SyncReader implements Disposable {
  readonly frames: SyncRegionResponse[] = [];
  readonly #connection: Connection;
  readonly #stream: RawClientStream;
  readonly #ended: Promise<StreamEnd>;
  #end: StreamEnd | undefined;

  /** Opens a connection of its own and asks. */
  static async ask(leader: MemberUnderTest, ask: Ask = {}): Promise<SyncReader> {
    const { clusterId } = await leader.status();
    const { startIndex = 0n, name = 'pd-2', clientUrls = ['http://127.0.0.1:1'], ours = false } = ask;
    const request = {
      header: RequestHeader.create({ clusterId: ask.clusterId ?? clusterId }),
      member: Member.create({ name, memberId: 9n, clientUrls: [...clientUrls] }),
      startIndex,
      capabilities: ours ? 3n : 0n,
    };
    return new SyncReader(leader.address, request, ask.stops ?? false);
  }

  private constructor(address: string, request: Partial<SyncRegionRequest>, stops: boolean) {
    this.#connection = connect(address, { security: { kind: 'plaintext' }, maxReceiveBytes: 64 << 20 });
    this.#stream = this.#connection.raw('/pdpb.PD/SyncRegions');
    this.#stream.onMessage((message) => {
      this.frames.push(SyncRegionResponse.decode(message));
      if (stops && this.frames.length === 1) this.pause();
    });
    this.#ended = new Promise((resolve) => {
      this.#stream.onEnd((end) => {
        this.#end = end;
        resolve(end);
      });
    });
    this.send(request);
  }

  /** How it ended; undefined while it has not. */
  get ended(): StreamEnd | undefined {
    return this.#end;
  }

  /** The record that the next frame is to begin with, when the last snapshot is complete. */
  get next(): bigint {
    const last = this.frames.at(-1);
    return last === undefined ? 0n : last.startIndex + BigInt(last.regions.length);
  }

  send(request: Partial<SyncRegionRequest>): void {
    this.#stream.write(SyncRegionRequest.encode(SyncRegionRequest.fromPartial(request)).finish());
  }

  /** Stops reading, once the 64 KiB that gRPC holds open are full. */
  pause(): void {
    this.#stream.pause();
  }

  resume(): void {
    this.#stream.resume();
  }

  /** Waits until the frames are as wanted. */
  async until(describe: string, accept: (frames: readonly SyncRegionResponse[]) => boolean): Promise<void> {
    await until(() => this.frames, {
      deadlineMs: 10_000,
      describe,
      accept: (frames) => {
        if (this.#end !== undefined && !accept(frames))
          throw new Error(`the stream ended: ${this.#end.code} ${this.#end.details}`);
        return accept(frames);
      },
    });
  }

  /** Waits for the empty frame that says that a snapshot is complete, or that nothing was missed. */
  completed(): Promise<void> {
    return this.until('the empty frame', (frames) => frames.some(({ regions }) => regions.length === 0));
  }

  /** Waits for its end. */
  end(): Promise<StreamEnd> {
    return this.#ended;
  }

  [Symbol.dispose](): void {
    this.#stream.cancel();
    this.#connection[Symbol.dispose]();
  }
}
