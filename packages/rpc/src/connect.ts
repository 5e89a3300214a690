// A client's connection to one address: typed clients in nice-grpc's shape, and raw streams, on one channel.
// The channel reconnects by itself with growing, jittered delays; dead peers are found by keepalive.

import { Channel, type ChannelOptions, connectivityState, Client as GrpcClient } from '@grpc/grpc-js';
import { tracingEnabled } from '@syncline/telemetry/tracer.ts';
import { type Client, createClientFactory, type TsProtoServiceDefinition } from 'nice-grpc';
import { type ClientMiddleware, Metadata } from 'nice-grpc-common';
import { type DeadlineOption, endingWith, withDeadline, withIdentity } from './client/call-options.ts';
import {
  type ClientIdentity,
  type ClientSecurity,
  identityMetadata,
  loadChannelCredentials,
} from './client/credentials.ts';
import { openRawStream, type RawClientStream } from './client/raw-stream.ts';
import { tracing } from './client/tracing.ts';

export type { DeadlineOption } from './client/call-options.ts';
export type { ClientIdentity, ClientSecurity } from './client/credentials.ts';
export type { RawClientStream, StreamEnd } from './client/raw-stream.ts';

export interface ConnectOptions {
  readonly security: ClientSecurity;
  readonly identity?: ClientIdentity;
  /** Longest message accepted, in bytes; -1 has no limit, 4 MiB is the default, as everywhere in gRPC. */
  readonly maxReceiveBytes?: number;
  /** Deadline of unary calls that do not set one, in ms; 10,000 by default. */
  readonly defaultDeadlineMs?: number;
  /** HTTP/2 receive window in bytes, for long round trips only: a bigger one costs latency on short links. */
  readonly flowControlWindow?: number;
  /** When to ask a silent peer for a sign of life, and how long to wait for it; 30 s and 10 s by default. */
  readonly keepalive?: { readonly timeMs: number; readonly timeoutMs: number };
  /**
   * Waits between attempts to connect, during which calls fail at once: they grow from the first to the second, 1 s
   * and 30 s by default.
   */
  readonly reconnect?: { readonly initialMs: number; readonly maxMs: number };
}

/**
 * A channel and what can be called through it. Disposing it ends its calls, typed ones with an AbortError and raw
 * streams with CANCELLED, and closes the channel.
 */
export interface Connection extends Disposable {
  /** A client whose methods also take `deadlineMs`. */
  client<Definition extends TsProtoServiceDefinition>(
    definition: Definition,
  ): Client<Definition, DeadlineOption>;
  /** Opens a bidirectional stream of undecoded messages on `/package.Service/Method`. */
  raw(
    methodPath: string,
    options?: { readonly metadata?: Metadata; readonly signal?: AbortSignal },
  ): RawClientStream;
  /** Calls `listener` once, when the first connection is up. */
  onConnected(listener: () => void): void;
  /**
   * Calls `listener` once, when that connection is gone, before anything is sent on another: what was learnt on it may
   * be of a process that is no more.
   */
  onLost(listener: () => void): void;
}

/**
 * Opens a channel to `host:port` or `unix:/path`; it connects at the first call.
 * Throws PemError for a certificate file that cannot be used.
 */
export function connect(address: string, options: ConnectOptions): Connection {
  const { security } = options;
  const identity = identityMetadata(options.identity ?? { kind: 'none' });
  const channel = new Channel(address, loadChannelCredentials(security), channelOptions(options));
  const raw = new GrpcClient(address, loadChannelCredentials({ kind: 'plaintext' }), {
    channelOverride: channel,
  });
  const traced = tracingEnabled();
  const closing = new AbortController();
  const factory = createClientFactory()
    .use(traced ? tracing : passThrough)
    .use(withIdentity(identity))
    .use(endingWith(closing.signal))
    .use(withDeadline(options.defaultDeadlineMs ?? 10_000));
  return {
    client: (definition) => factory.create(definition, channel),
    raw: (methodPath, { metadata = Metadata(), signal } = {}) =>
      openRawStream(raw, {
        methodPath,
        metadata: Metadata([...identity, ...metadata]),
        signal: signal === undefined ? closing.signal : AbortSignal.any([closing.signal, signal]),
        traced,
      }),
    onConnected: (listener) => whenReady(channel, listener),
    onLost: (listener) => whenReady(channel, () => whenNotReady(channel, listener)),
    [Symbol.dispose]() {
      closing.abort();
      channel.close();
    },
  };
}

function whenReady(channel: Channel, listener: () => void): void {
  const state = channel.getConnectivityState(false);
  if (state === connectivityState.READY) listener();
  else if (state !== connectivityState.SHUTDOWN) {
    channel.watchConnectivityState(state, Number.POSITIVE_INFINITY, () => whenReady(channel, listener));
  }
}

function whenNotReady(channel: Channel, listener: () => void): void {
  channel.watchConnectivityState(connectivityState.READY, Number.POSITIVE_INFINITY, () => {
    if (channel.getConnectivityState(false) !== connectivityState.SHUTDOWN) listener();
  });
}

const passThrough: ClientMiddleware = (call, options) => call.next(call.request, options);

function channelOptions(options: ConnectOptions): ChannelOptions {
  const { security, maxReceiveBytes, flowControlWindow, keepalive, reconnect } = options;
  const serverName = security.kind === 'tls' ? security.serverName : undefined;
  return {
    'grpc.keepalive_time_ms': keepalive?.timeMs ?? 30_000,
    'grpc.keepalive_timeout_ms': keepalive?.timeoutMs ?? 10_000,
    'grpc.keepalive_permit_without_calls': 1,
    // A new channel makes a new attempt; shared subchannels would still be in the backoff of an older one.
    'grpc.use_local_subchannel_pool': 1,
    'grpc.initial_reconnect_backoff_ms': reconnect?.initialMs ?? 1_000,
    'grpc.max_reconnect_backoff_ms': reconnect?.maxMs ?? 30_000,
    'grpc.enable_channelz': 0,
    ...(maxReceiveBytes !== undefined && { 'grpc.max_receive_message_length': maxReceiveBytes }),
    ...(flowControlWindow !== undefined && { 'grpc-node.flow_control_window': flowControlWindow }),
    ...(serverName !== undefined && {
      'grpc.ssl_target_name_override': serverName,
      'grpc.default_authority': serverName,
    }),
  };
}
