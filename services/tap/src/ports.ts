// What the reconcile loops need of the NSP and of the proxy, in the words of the field and without a wire.
// Every call takes a signal and its time left, and ends by both; the loops give it up by themselves if it does not.

import type { CallLimits } from '@syncline/runtime/call.ts';
import type { Address } from '@syncline/trench/address.ts';
import type { Prefix } from '@syncline/trench/prefix.ts';
import type { ConduitName, StreamName } from '@syncline/trench/stream-name.ts';

/** A target as it is written to the registry: type DEFAULT, the identifier in its context. */
export interface TargetWrite {
  readonly stream: StreamName;
  /** Local addresses in canonical text with their prefix length, sorted; never empty, never a VIP. */
  readonly ips: readonly string[];
  /** 1 to the stream's max-targets. */
  readonly identifier: number;
  readonly status: 'enabled' | 'disabled';
}

/** A target as the registry lists it. */
export interface ListedTarget {
  /** As they were written. */
  readonly ips: readonly string[];
  /** Undefined when its context has none that is a whole number. */
  readonly identifier: number | undefined;
  readonly status: 'enabled' | 'disabled';
}

/** nsp.v1.TargetRegistry. */
export interface TargetRegistry {
  /** Writes a target. The NSP keeps one it does not know as DISABLED, whatever is asked. */
  register(target: TargetWrite, limits: CallLimits): Promise<void>;
  /** Removes the target with exactly these addresses; one that is not there is no error. */
  unregister(target: TargetWrite, limits: CallLimits): Promise<void>;
  /** All targets of the stream, ENABLED and DISABLED: the first message of a Watch{ANY, DEFAULT, stream}. */
  list(stream: StreamName, limits: CallLimits): Promise<readonly ListedTarget[]>;
}

/** A stream that the NSP's configuration has. */
export interface StreamConfig {
  /** The stream's own name. */
  readonly name: string;
  /** From 1. What is 0 on the wire (an NSP of before 0.9.0) is given as 100. */
  readonly maxTargets: number;
}

/** nsp.v1.ConfigurationManager: full lists, the first at once. A stream that ends is opened again by the caller. */
export interface Configuration {
  /** The streams of a conduit. */
  watchStreams(conduit: ConduitName, signal: AbortSignal): AsyncIterable<readonly StreamConfig[]>;
  /** The VIPs of all flows of a conduit, each once (WatchFlow, as upstream does). */
  watchFlows(conduit: ConduitName, signal: AbortSignal): AsyncIterable<readonly Prefix[]>;
}

/** Packets from `from` leave through `nextHops`. */
export interface Policy {
  /** A VIP. */
  readonly from: Prefix;
  /** The bridge's addresses in the VIP's family. */
  readonly nextHops: readonly Address[];
}

/**
 * A connection as the proxy described it. The loops hand it back as they got it: what else the wire carries
 * (mechanism, labels, path) the implementation keeps beside it, by identity.
 */
export interface Connection {
  readonly id: string;
  readonly state: 'up' | 'down';
  /** ip_context.src_ip_addrs: local addresses and VIPs. */
  readonly srcIps: readonly Prefix[];
  /** ip_context.extra_prefixes: the bridge's addresses; empty means that they are unknown. */
  readonly gateways: readonly Prefix[];
  readonly policies: readonly Policy[];
}

/** What is asked of the proxy. */
export interface ConnectionRequest {
  readonly conduit: ConduitName;
  /** The connection as it is known; undefined asks for a new one. */
  readonly basis: Connection | undefined;
  /** Another endpoint is wanted: RESELECT_REQUESTED, without mechanism and endpoint name. */
  readonly reselect: boolean;
  /** Replaces the source addresses and policies of `basis`; undefined leaves them as they are. */
  readonly addresses:
    | { readonly srcIps: readonly Prefix[]; readonly policies: readonly Policy[] }
    | undefined;
}

/** What the monitor says of the one connection that was asked about. */
export type ConnectionEvent =
  /** INITIAL_STATE_TRANSFER; `connection` is undefined when the proxy has none with our id. */
  | { readonly kind: 'initial'; readonly connection: Connection | undefined }
  | { readonly kind: 'update'; readonly connection: Connection }
  | { readonly kind: 'delete' };

/** networkservice.NetworkService and connection.MonitorConnection; the connection's id follows from the conduit. */
export interface ConduitProxy {
  request(request: ConnectionRequest, limits: CallLimits): Promise<Connection>;
  /** Closes the conduit's connection, by its id when `basis` is undefined; one that is not there is no error. */
  close(conduit: ConduitName, basis: Connection | undefined, limits: CallLimits): Promise<void>;
  /** Events of the conduit's connection alone: those whose first path segment has another id are left out. */
  monitor(conduit: ConduitName, signal: AbortSignal): AsyncIterable<ConnectionEvent>;
}

/** The neighbours of one trench. */
export interface Ports {
  readonly registry: TargetRegistry;
  readonly configuration: Configuration;
  readonly proxy: ConduitProxy;
}
