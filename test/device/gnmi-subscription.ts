// A gNMI subscriber that remembers what it received. It reads as fast as it can until it is told to pause; then
// flow control holds the server back, as with any slow client.

import { fromProto, toProto } from '@syncline/gnmi/path-proto.ts';
import { parsePath, printPath } from '@syncline/gnmi/path-text.ts';
import {
  Encoding,
  type gNMIDefinition,
  type Notification,
  SubscribeRequest,
  type SubscribeResponse,
  SubscriptionList_Mode,
  SubscriptionMode,
  type TypedValue,
} from '@syncline/proto/gnmi.ts';
import type { DeadlineOption } from '@syncline/rpc/connect.ts';
import { until } from '@syncline/testkit/wait.ts';
import { type Client, ClientError, Metadata, Status } from 'nice-grpc';

/** A client of gnmi.gNMI. */
export type GnmiClient = Client<typeof gNMIDefinition, DeadlineOption>;

/** One path of a subscription; intervals in milliseconds. */
export interface Subscribed {
  readonly path: string;
  readonly mode?: keyof typeof SubscriptionMode;
  readonly sampleMs?: number;
  readonly heartbeatMs?: number;
  readonly suppressRedundant?: boolean;
}

/** What to subscribe to. */
export interface Subscribing {
  readonly mode?: keyof typeof SubscriptionList_Mode;
  readonly encoding?: Encoding;
  readonly target?: string;
  readonly updatesOnly?: boolean;
  readonly paths: readonly Subscribed[];
}

/** The first message of a Subscribe. */
export function subscribeRequest({
  mode,
  encoding,
  target,
  updatesOnly,
  paths,
}: Subscribing): SubscribeRequest {
  return SubscribeRequest.fromPartial({
    request: {
      $case: 'subscribe',
      value: {
        ...(target !== undefined && { prefix: { target } }),
        mode: SubscriptionList_Mode[mode ?? 'STREAM'],
        encoding: encoding ?? Encoding.PROTO,
        updatesOnly: updatesOnly ?? false,
        subscription: paths.map((it) => ({
          path: toProto(parsePath(it.path)),
          mode: SubscriptionMode[it.mode ?? 'ON_CHANGE'],
          sampleInterval: BigInt(it.sampleMs ?? 0) * 1_000_000n,
          heartbeatInterval: BigInt(it.heartbeatMs ?? 0) * 1_000_000n,
          suppressRedundant: it.suppressRedundant ?? false,
        })),
      },
    },
  });
}

/** How a call ended. */
export interface CallEnd {
  readonly code: Status;
  readonly details: string;
}

/** One Subscribe RPC from the client's side. */
export class GnmiSubscription implements Disposable {
  /** All that was received, oldest first. */
  readonly messages: SubscribeResponse[] = [];
  /** Settles when the call is over. */
  readonly ended: Promise<CallEnd>;
  readonly #cancel = new AbortController();
  readonly #requests: SubscribeRequest[] = [];
  #sending = Promise.withResolvers<void>();
  #halfClosed = false;
  #reading: PromiseWithResolvers<void> | undefined;

  /** Opens the call and sends `first`; with undefined it sends nothing. */
  constructor(client: GnmiClient, first: SubscribeRequest | undefined, metadata = Metadata()) {
    if (first !== undefined) this.#requests.push(first);
    const responses = client.subscribe(this.#outgoing(), { signal: this.#cancel.signal, metadata });
    this.ended = this.#receive(responses);
  }

  /** Subscribes. */
  static to(client: GnmiClient, subscribing: Subscribing): GnmiSubscription {
    return new GnmiSubscription(client, subscribeRequest(subscribing));
  }

  send(request: SubscribeRequest): void {
    this.#requests.push(request);
    this.#sending.resolve();
  }

  poll(): void {
    this.send(SubscribeRequest.fromPartial({ request: { $case: 'poll', value: {} } }));
  }

  halfClose(): void {
    this.#halfClosed = true;
    this.#sending.resolve();
  }

  cancel(): void {
    this.#cancel.abort();
  }

  [Symbol.dispose](): void {
    this.cancel();
  }

  /** Stops reading: what arrives is left to flow control. */
  pause(): void {
    this.#reading ??= Promise.withResolvers();
  }

  resume(): void {
    this.#reading?.resolve();
    this.#reading = undefined;
  }

  get syncs(): number {
    return this.messages.filter(({ response }) => response?.$case === 'syncResponse').length;
  }

  get notifications(): readonly Notification[] {
    return this.messages.flatMap(({ response }) => (response?.$case === 'update' ? [response.value] : []));
  }

  /** Each message as a line: `sync`, or `-/path` and `+/path=value` in the order of the wire. */
  get lines(): readonly string[] {
    return this.messages.map(printResponse);
  }

  /** The leaves a client has that applies every notification, by path. */
  get leaves(): ReadonlyMap<string, string> {
    const leaves = new Map<string, string>();
    for (const { prefix, atomic, delete: deletes, update } of this.notifications) {
      const at = (path: Notification['prefix']) => absolute(prefix, path);
      const gone = [...(atomic ? [at(undefined)] : []), ...deletes.map(at)];
      for (const path of gone) removeUnder(leaves, path);
      for (const { path, val } of update) leaves.set(at(path), printValue(val));
    }
    return leaves;
  }

  /** Waits for the n-th sync_response. */
  async synced(count = 1): Promise<void> {
    await until(() => this.syncs, {
      deadlineMs: 10_000,
      describe: `sync_response ${count}`,
      accept: (syncs) => syncs >= count,
      everyMs: 5,
    });
  }

  /** Waits until the received lines are accepted. */
  async received(
    describe: string,
    accept: (lines: readonly string[]) => boolean,
    deadlineMs = 10_000,
  ): Promise<void> {
    await until(() => this.lines, { deadlineMs, describe, accept, everyMs: 5 });
  }

  async *#outgoing(): AsyncGenerator<SubscribeRequest> {
    for (;;) {
      for (let next = this.#requests.shift(); next !== undefined; next = this.#requests.shift()) yield next;
      if (this.#halfClosed) return;
      await this.#sending.promise;
      this.#sending = Promise.withResolvers();
    }
  }

  async #receive(responses: AsyncIterable<SubscribeResponse>): Promise<CallEnd> {
    try {
      for await (const response of responses) {
        this.messages.push(response);
        await this.#reading?.promise;
      }
      return { code: Status.OK, details: '' };
    } catch (error) {
      if (error instanceof ClientError) return { code: error.code, details: error.details };
      if (this.#cancel.signal.aborted) return { code: Status.CANCELLED, details: '' };
      throw error;
    }
  }
}

function absolute(prefix: Notification['prefix'], path: Notification['prefix']): string {
  const [above, below] = [fromProto(prefix), fromProto(path)];
  return printPath({ ...below, elems: [...above.elems, ...below.elems] });
}

function removeUnder(leaves: Map<string, string>, path: string): void {
  for (const leaf of leaves.keys()) {
    if (path === '/' || leaf === path || leaf.startsWith(`${path}/`)) leaves.delete(leaf);
  }
}

function printResponse({ response }: SubscribeResponse): string {
  if (response?.$case !== 'update') return response?.$case === 'syncResponse' ? 'sync' : 'nothing';
  const { prefix, atomic, delete: deletes, update } = response.value;
  return [
    ...(atomic ? [`atomic ${absolute(prefix, undefined)}`] : []),
    ...deletes.map((path) => `-${absolute(prefix, path)}`),
    ...update.map((it) => `+${absolute(prefix, it.path)}=${printValue(it.val)}`),
  ].join(' ');
}

/** A scalar as text; JSON as it is. */
export function printValue(val: TypedValue | undefined): string {
  const value = val?.value?.value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString();
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
