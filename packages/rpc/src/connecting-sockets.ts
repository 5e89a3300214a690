// Client sockets that are still connecting. A host that is gone and sends no refusal is tried by the kernel for two
// minutes, and grpc-js does not give that up when a channel is closed: it would hold a process whose work is over.

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Socket } from 'node:net';

/** Published by Node for each net.connect(), before it begins. */
const channel = 'net.client.socket';

/** Notes what connects from now on; disposing gives all of it up that has not connected `graceMs` later. */
export class ConnectingSockets implements Disposable {
  readonly #graceMs: number;
  readonly #sockets = new Set<Socket>();

  constructor(graceMs: number) {
    this.#graceMs = graceMs;
    subscribe(channel, this.#note);
  }

  [Symbol.dispose](): void {
    // Not referenced: the sockets themselves keep the process alive until then.
    setTimeout(() => {
      unsubscribe(channel, this.#note);
      for (const socket of this.#sockets) socket.destroy();
    }, this.#graceMs).unref();
  }

  readonly #note = (message: unknown) => {
    const { socket } = message as { readonly socket: unknown };
    if (!(socket instanceof Socket)) return;
    const forget = () => this.#sockets.delete(socket);
    this.#sockets.add(socket);
    socket.once('connect', forget).once('close', forget);
  };
}
