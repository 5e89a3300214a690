// A gNMI subscriber for tests: it opens one Subscribe, keeps what it was told and rebuilds the tree from it. It can
// stop reading, as a client that hangs would; then flow control holds the server back.

import { inspect } from 'node:util';
import {
  type Notification,
  SubscribeRequest,
  SubscribeResponse,
  type TypedValue,
} from '@syncline/proto/gnmi.ts';
import type { Connection, RawClientStream, StreamEnd } from '@syncline/rpc/connect.ts';
import { pathText, responseText } from './gnmi-text.ts';
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

  /** Opens the RPC and sends nothing yet. */
  constructor(connection: Connection, options?: Parameters<Connection['raw']>[1]) {
    this.#stream = connection.raw('/gnmi.gNMI/Subscribe', options);
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

  get notifications(): readonly Notification[] {
    return this.responses.flatMap(({ response }) => (response?.$case === 'update' ? [response.value] : []));
  }

  /** The responses as lines, see responseText. */
  get lines(): readonly string[] {
    return this.responses.map(responseText);
  }

  /** Waits until `accept` holds; a failure shows what was seen. */
  async until(
    describe: string,
    accept: (reader: GnmiReader) => boolean,
    withinMs = deadlineMs,
  ): Promise<void> {
    await until(() => this, { describe, deadlineMs: withinMs, everyMs: 5, accept });
  }

  /** Waits for the n-th sync_response. */
  async synced(count = 1): Promise<void> {
    await this.until(`sync_response ${count}`, ({ syncs }) => syncs >= count);
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

  /** What a wait in vain shows. */
  [inspect.custom](): object {
    const { syncs, updates, duplicates, ended } = this;
    return { syncs, updates, duplicates, ended, last: this.responses.slice(-5).map(responseText) };
  }

  #take(response: SubscribeResponse): void {
    this.responses.push(response);
    if (response.response?.$case === 'syncResponse') this.syncs += 1;
    if (response.response?.$case !== 'update') return;
    const { prefix, update, atomic, delete: deletes } = response.response.value;
    if (atomic) this.#forget(pathText(prefix, undefined));
    for (const path of deletes) this.#forget(pathText(prefix, path));
    for (const { path, val, duplicates } of update) {
      if (val !== undefined) this.tree.set(pathText(prefix, path), val);
      this.updates += 1;
      this.duplicates += duplicates;
    }
  }

  #forget(place: string): void {
    if (place === '/') this.tree.clear();
    for (const path of this.tree.keys()) {
      if (path === place || path.startsWith(`${place}/`) || path.startsWith(`${place}[`))
        this.tree.delete(path);
    }
  }
}
