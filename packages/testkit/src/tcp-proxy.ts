// A TCP proxy whose line can be made to fail in the ways real lines do, while connections are open.
// Faults add up (a delayed line can also be throttled) and last until heal().

import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, Socket } from 'node:net';
import { type DirectionCount, type LineCondition, TcpFlow } from './tcp-flow.ts';

/** `up` is from the client to the target. */
export type Direction = 'up' | 'down';

interface Connection {
  readonly client: Socket;
  readonly target: Socket;
  readonly flows: TcpFlow[];
  readonly open: () => void;
}

/** A port that leads to another port on this machine, over a line that misbehaves on command. */
export class TcpProxy implements AsyncDisposable {
  /** The port clients connect to. */
  readonly port: number;
  readonly #targetPort: number;
  readonly #condition: LineCondition = {
    silent: false,
    delayMs: 0,
    bytesPerSecond: Number.POSITIVE_INFINITY,
  };
  readonly #counts: Record<Direction, DirectionCount> = {
    up: { bytes: 0, corruptAt: undefined },
    down: { bytes: 0, corruptAt: undefined },
  };
  readonly #connections = new Set<Connection>();
  #server: Server;
  #accepted = 0;

  private constructor(server: Server, targetPort: number) {
    this.#server = server;
    this.#targetPort = targetPort;
    this.port = (server.address() as AddressInfo).port;
    server.on('connection', (client) => this.#accept(client));
  }

  /** Opens a proxy on a free port of 127.0.0.1; nothing needs to listen on `targetPort` yet. */
  static async open(targetPort: number): Promise<TcpProxy> {
    return new TcpProxy(await listen(0), targetPort);
  }

  /** `127.0.0.1:<port>`, as clients want it. */
  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** Connections accepted since the start. */
  get accepted(): number {
    return this.#accepted;
  }

  /** Connections that are open. */
  get open(): number {
    return this.#connections.size;
  }

  /** Bytes forwarded since the start. */
  bytes(direction: Direction): number {
    return this.#counts[direction].bytes;
  }

  /** Resets every open connection on both sides, now. New ones are accepted as before. */
  cut(): void {
    for (const { client, target } of this.#connections) {
      client.resetAndDestroy();
      target.resetAndDestroy();
    }
  }

  /**
   * The line goes dead without a word: sockets stay open, nothing is forwarded, and new connections are accepted
   * but lead nowhere. What was under way arrives after heal(), as after a partition.
   */
  halfOpen(): void {
    this.#condition.silent = true;
    this.#advance();
  }

  /** New connections are refused; open ones stay. */
  refuse(): void {
    this.#server.close(); // frees the port at once; 'close' comes after the last open connection
  }

  /** Each byte takes `ms` longer, in each direction. */
  delay(ms: number): void {
    this.#condition.delayMs = ms;
  }

  /** Each connection carries at the most this much in each direction. */
  throttle(bytesPerSecond: number): void {
    if (!(bytesPerSecond > 0))
      throw new RangeError(`throttle: ${bytesPerSecond} bytes/s would be halfOpen()`);
    this.#condition.bytesPerSecond = bytesPerSecond;
    this.#advance();
  }

  /** Flips one bit of the byte that comes after the next `afterBytes` of a direction, once. */
  corrupt(afterBytes: number, direction: Direction = 'down'): void {
    const count = this.#counts[direction];
    count.corruptAt = count.bytes + afterBytes;
  }

  /** The line is good again: listening, prompt, unbounded; damage not yet done is called off. */
  async heal(): Promise<void> {
    Object.assign(this.#condition, { silent: false, delayMs: 0, bytesPerSecond: Number.POSITIVE_INFINITY });
    this.#counts.up.corruptAt = undefined;
    this.#counts.down.corruptAt = undefined;
    this.#advance();
    if (this.#server.listening) return;
    this.#server = await listen(this.port);
    this.#server.on('connection', (client) => this.#accept(client));
  }

  /** Closes the port and every connection. */
  async [Symbol.asyncDispose](): Promise<void> {
    const closed = this.#server.listening ? once(this.#server, 'close') : Promise.resolve();
    this.#server.close();
    for (const { client, target } of this.#connections) {
      client.destroy();
      target.destroy();
    }
    await closed;
  }

  #accept(client: Socket): void {
    this.#accepted++;
    client.pause();
    const target = new Socket({ allowHalfOpen: true });
    const flows: TcpFlow[] = [];
    const connection: Connection = {
      client,
      target,
      flows,
      open: () => {
        target.connect(this.#targetPort, '127.0.0.1', () => {
          flows.push(new TcpFlow(client, target, this.#condition, this.#counts.up));
          flows.push(new TcpFlow(target, client, this.#condition, this.#counts.down));
        });
      },
    };
    this.#connections.add(connection);
    endTogether(client, target, () => this.#connections.delete(connection));
    if (!this.#condition.silent) connection.open();
  }

  #advance(): void {
    for (const { target, flows, open } of this.#connections) {
      for (const flow of flows) flow.advance();
      if (!this.#condition.silent && flows.length === 0 && !target.connecting) open();
    }
  }
}

/** An error or the end of one side takes the other down too. */
function endTogether(client: Socket, target: Socket, ended: () => void): void {
  for (const [socket, peer] of [
    [client, target],
    [target, client],
  ] as const) {
    socket.setNoDelay(true);
    socket.on('error', () => peer.resetAndDestroy());
    socket.on('close', () => {
      peer.destroySoon();
      ended();
    });
  }
}

async function listen(port: number): Promise<Server> {
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }).listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
