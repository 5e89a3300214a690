// One pdpb.PD/RegionHeartbeat stream without grpc-js, which pays for every message: many are one write here.
// Whatever the leader says on it is a failure: it has nothing to refuse.

import { once } from 'node:events';
import type { ClientHttp2Session, ClientHttp2Stream, IncomingHttpHeaders } from 'node:http2';
import { RegionHeartbeatResponse } from '@syncline/proto/pdpb.ts';
import { frameHeaderBytes } from '@syncline/rpc/frame.ts';
import { mostHeartbeatBytes } from './heartbeats.ts';

const chunkBytes = 32 * 1024;

export class HeartbeatStream {
  readonly #stream: ClientHttp2Stream;
  readonly #chunk = Buffer.allocUnsafeSlow(chunkBytes);
  #at = 0;

  constructor(session: ClientHttp2Session, fail: (error: Error) => void) {
    this.#stream = session.request({
      ':method': 'POST',
      ':path': '/pdpb.PD/RegionHeartbeat',
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    this.#stream.on('data', (bytes: Buffer) => fail(refusal(bytes)));
    this.#stream.on('trailers', (trailers: IncomingHttpHeaders) => {
      const { 'grpc-status': status, 'grpc-message': message } = trailers;
      fail(new Error(`the leader ended a stream: ${String(status)} ${String(message)}`));
    });
    this.#stream.once('error', fail);
  }

  /** Takes one heartbeat, which `write` writes to where it is told, giving its end. */
  add(write: (into: Buffer, at: number) => number): void {
    this.#at = write(this.#chunk, this.#at);
    if (this.#at > chunkBytes - mostHeartbeatBytes) this.flush();
  }

  /** The leader has not read what it was sent: wait for drained() before more is added. */
  get isFull(): boolean {
    return this.#stream.writableNeedDrain;
  }

  async drained(): Promise<void> {
    await once(this.#stream, 'drain');
  }

  /** Sends what was taken. */
  flush(): void {
    if (this.#at === 0) return;
    this.#stream.write(Buffer.from(this.#chunk.subarray(0, this.#at)));
    this.#at = 0;
  }
}

function refusal(bytes: Buffer): Error {
  const { header } = RegionHeartbeatResponse.decode(bytes.subarray(frameHeaderBytes));
  return new Error(`the leader refused a heartbeat: ${header?.error?.message}`);
}
