// A PD for the feed's tests: it answers what stores ask, keeps regions by PD's rules, and misbehaves on command.

import type { Store } from '@syncline/proto/metapb.ts';
import {
  ErrorType,
  PDDefinition,
  RegionHeartbeatRequest,
  RegionHeartbeatResponse,
  type ResponseHeader,
} from '@syncline/proto/pdpb.ts';
import { implement, rawBidi } from '@syncline/rpc/binding.ts';
import { frame } from '@syncline/rpc/frame.ts';
import type { RawCall } from '@syncline/rpc/raw-call.ts';
import { type RunningServer, serve } from '@syncline/rpc/serve.ts';
import { systemClock } from '@syncline/runtime/clock.ts';
import { Liveness } from '@syncline/runtime/liveness.ts';
import { createLogger } from '@syncline/telemetry/logger.ts';
import { createMetrics } from '@syncline/telemetry/metrics.ts';
import { ServerError, Status } from 'nice-grpc-common';
import { RegionBook } from './region-book.fixture.ts';

const { getMembers, isBootstrapped, bootstrap, putStore, storeHeartbeat, scanRegions, regionHeartbeat } =
  PDDefinition.methods;
const SubsetDefinition = {
  ...PDDefinition,
  methods: { getMembers, isBootstrapped, bootstrap, putStore, storeHeartbeat, scanRegions, regionHeartbeat },
} as const;

/** One PD on a port of its own. */
export class ScriptedPd implements AsyncDisposable {
  readonly clusterId: bigint;
  /** What it believes of the regions. */
  readonly book = new RegionBook();
  readonly stores = new Map<bigint, Store>();
  /** Unary calls by name, and `RegionHeartbeat` for each stream. */
  readonly calls: string[] = [];
  /** The trace contexts that came with heartbeats. */
  readonly traceparents: string[] = [];
  bootstrapped = false;
  storeHeartbeats = 0;
  /** Whether streams that are opened from here on are read. */
  reading = true;
  #leads = true;
  #server: RunningServer | undefined;
  readonly #streams = new Set<RawCall>();
  readonly #stop = new AbortController();

  constructor(clusterId = 7n << 60n) {
    this.clusterId = clusterId;
  }

  static async start(clusterId?: bigint): Promise<ScriptedPd> {
    const pd = new ScriptedPd(clusterId);
    pd.#server = await serve({
      service: 'scripted-pd',
      listen: { host: '127.0.0.1', port: 0 },
      admin: undefined,
      bindings: pd.#bindings(),
      stop: pd.#stop.signal,
      logger: createLogger({ service: 'scripted-pd', instance: 'test', level: 'silent' }),
      limits: { maxReceiveBytes: 1 << 20, drainMs: 500, defaultDeadlineMs: 5_000 },
      readiness: () => ({ ready: true }),
      liveness: new Liveness(systemClock),
      reflection: false,
      metrics: createMetrics('scripted-pd'),
    });
    return pd;
  }

  get address(): string {
    return `127.0.0.1:${this.#server?.port}`;
  }

  get streams(): number {
    return this.#streams.size;
  }

  /** Leads or not; one that stops ends its streams. */
  lead(leads: boolean): void {
    this.#leads = leads;
    if (!leads) for (const stream of this.#streams) stream.end(Status.UNAVAILABLE, 'not leader');
  }

  /** Says on every stream, in a message, that something is wrong. */
  complain(type: ErrorType): void {
    for (const stream of this.#streams) this.#refuse(stream, type);
  }

  /** Orders a region to give its lead away, on every stream. */
  order(regionId: bigint): void {
    const message = RegionHeartbeatResponse.fromPartial({
      header: this.#header,
      regionId,
      transferLeader: {},
    });
    for (const stream of this.#streams)
      stream.writeFramed(frame(RegionHeartbeatResponse.encode(message).finish()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#server?.[Symbol.asyncDispose]();
  }

  get #header(): ResponseHeader {
    return { clusterId: this.clusterId, error: undefined };
  }

  #bindings() {
    const typed = implement<typeof SubsetDefinition, 'regionHeartbeat'>(SubsetDefinition, {
      getMembers: () => {
        this.calls.push('GetMembers');
        return Promise.resolve({ header: this.#header });
      },
      isBootstrapped: (request) => {
        this.#called('IsBootstrapped', request.header?.clusterId);
        return Promise.resolve({ header: this.#header, bootstrapped: this.bootstrapped });
      },
      bootstrap: (request) => {
        this.#called('Bootstrap', request.header?.clusterId);
        const { region, store } = request;
        if (this.bootstrapped) {
          const error = { type: ErrorType.ALREADY_BOOTSTRAPPED, message: 'bootstrapped' };
          return Promise.resolve({ header: { ...this.#header, error } });
        }
        if (region === undefined || store === undefined) throw new ServerError(Status.INVALID_ARGUMENT, '');
        this.bootstrapped = true;
        this.book.take(RegionHeartbeatRequest.fromPartial({ region, term: 1n }));
        return Promise.resolve({ header: this.#header });
      },
      putStore: (request) => {
        this.#called('PutStore', request.header?.clusterId);
        if (request.store !== undefined) this.stores.set(request.store.id, request.store);
        return Promise.resolve({ header: this.#header });
      },
      storeHeartbeat: (request) => {
        this.#called('StoreHeartbeat', request.header?.clusterId);
        this.storeHeartbeats++;
        return Promise.resolve({ header: this.#header });
      },
      scanRegions: (request) => {
        this.#called('ScanRegions', request.header?.clusterId);
        const regionMetas = this.book.scan(request.startKey, request.limit);
        return Promise.resolve({ header: this.#header, regionMetas });
      },
    });
    return [typed, rawBidi(SubsetDefinition, 'regionHeartbeat', (call) => this.#serveStream(call))];
  }

  #called(name: string, clusterId: bigint | undefined): void {
    this.calls.push(name);
    if (!this.#leads) throw new ServerError(Status.UNAVAILABLE, 'not leader');
    if (clusterId !== this.clusterId) throw new ServerError(Status.FAILED_PRECONDITION, 'cluster id');
  }

  #serveStream(call: RawCall): void {
    this.calls.push('RegionHeartbeat');
    if (!this.#leads) {
      call.end(Status.UNAVAILABLE, 'not leader');
      return;
    }
    this.#streams.add(call);
    call.signal.addEventListener('abort', () => this.#streams.delete(call), { once: true });
    call.onMessage((message) => {
      const heartbeat = RegionHeartbeatRequest.decode(message);
      if (heartbeat.traceparent !== '') this.traceparents.push(heartbeat.traceparent);
      if (!this.stores.has(heartbeat.leader?.storeId ?? 0n)) call.end(Status.UNKNOWN, 'no such store');
      else if (!this.book.take(heartbeat)) this.#refuse(call, ErrorType.UNKNOWN);
    });
    if (!this.reading) call.pause();
  }

  #refuse(call: RawCall, type: ErrorType): void {
    const header: ResponseHeader = { clusterId: this.clusterId, error: { type, message: 'refused' } };
    const message = RegionHeartbeatResponse.fromPartial({ header });
    call.writeFramed(frame(RegionHeartbeatResponse.encode(message).finish()));
  }
}
