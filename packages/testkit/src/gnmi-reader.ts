// A gNMI subscriber for tests: it opens one Subscribe, keeps what it was told and rebuilds the tree from it. It can
// stop reading, as a client that hangs would.

import { type Path, SubscribeRequest, SubscribeResponse, type TypedValue } from '@syncline/proto/gnmi.ts';
import type { Connection, RawClientStream, StreamEnd } from '@syncline/rpc/connect.ts';
import { until } from './wait.ts';

type RequestShape = NonNullable<Parameters<typeof SubscribeRequest.create>[0]>;
type ListShape = Extract<NonNullable<RequestShape['request']>, { $case: 'subscribe' }>['value'];

/** How long a test waits for what it expects, in ms. */
const deadlineMs = 10_000;

/** One Subscribe RPC. */
export class GnmiReader implements Disposable {
  /** Every response, in order. */
  readonly responses: SubscribeResponse[] = [];
  /** Values by path, as `/a/b[k=v]/c`; a delete removes what lies at or under it. */
  readonly tree = new Map<string, TypedValue>();
  syncs = 0;
  updates = 0;
  duplicates = 0;
  /** How the RPC ended. */
  ended: StreamEnd | undefined;
  readonly #stream: RawClientStream;

  constructor(connection: Connection) {
    this.#stream = connection.raw('/gnmi.gNMI/Subscribe');
    this.#stream.onEnd((end) => {
      this.ended = end;
    });
    this.#stream.onMessage((bytes) => this.#take(SubscribeResponse.decode(bytes)));
  }

  /** Opens the RPC with a subscription. */
  static subscribe(connection: Connection, list: NonNullable<ListShape>): GnmiReader {
    const reader = new GnmiReader(connection);
    reader.send({ request: { $case: 'subscribe', value: list } });
    return reader;
  }

  send(request: RequestShape): void {
    this.sendBytes(SubscribeRequest.encode(SubscribeRequest.create(request)).finish());
  }

  /** Sends what need not be a SubscribeRequest. */
  sendBytes(bytes: Uint8Array): void {
    this.#stream.write(bytes);
  }

  poll(): void {
    this.send({ request: { $case: 'poll', value: {} } });
  }

  /** Reads nothing more until resume(). */
  pause(): void {
    this.#stream.pause();
  }

  resume(): void {
    this.#stream.resume();
  }

  halfClose(): void {
    this.#stream.halfClose();
  }

  /** Waits until `accept` holds; a failure shows what was seen. */
  async until(
    describe: string,
    accept: (reader: GnmiReader) => boolean,
    withinMs = deadlineMs,
  ): Promise<void> {
    await until(() => ({ done: accept(this), syncs: this.syncs, updates: this.updates, ended: this.ended }), {
      describe,
      deadlineMs: withinMs,
      everyMs: 5,
      accept: ({ done }) => done,
    });
  }

  /** Waits for the RPC's end. */
  async end(withinMs = deadlineMs): Promise<StreamEnd> {
    const wait = { describe: 'the end of the Subscribe', deadlineMs: withinMs, everyMs: 5 };
    return (await until(() => this.ended, wait)) as StreamEnd;
  }

  /** Cancels the RPC. */
  [Symbol.dispose](): void {
    this.#stream.cancel();
  }

  #take(response: SubscribeResponse): void {
    this.responses.push(response);
    if (response.response?.$case === 'syncResponse') this.syncs += 1;
    if (response.response?.$case !== 'update') return;
    const { prefix, update, delete: deletes } = response.response.value;
    for (const path of deletes) this.#forget(textOf(prefix, path));
    for (const { path, val, duplicates } of update) {
      if (val !== undefined) this.tree.set(textOf(prefix, path), val);
      this.updates += 1;
      this.duplicates += duplicates;
    }
  }

  #forget(place: string): void {
    for (const path of this.tree.keys()) {
      if (path === place || path.startsWith(`${place}/`) || path.startsWith(`${place}[`))
        this.tree.delete(path);
    }
  }
}

function textOf(prefix: Path | undefined, path: Path | undefined): string {
  const elems = [...(prefix?.elem ?? []), ...(path?.elem ?? [])];
  return elems
    .map(({ name, key }) => {
      const keys = Object.entries(key).sort(([a], [b]) => (a < b ? -1 : 1));
      return `/${name}${keys.map(([k, v]) => `[${k}=${v}]`).join('')}`;
    })
    .join('');
}
