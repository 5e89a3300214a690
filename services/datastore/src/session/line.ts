// One attempt's connection to a device, as a session uses it.

import type { ModelData } from '@syncline/proto/gnmi.ts';
import type { ClientIdentity, ClientSecurity } from '@syncline/rpc/connect.ts';
import { ClientError, Status } from 'nice-grpc-common';
import type { Source } from './ingest.ts';
import type { Offer } from './terms.ts';

/** How a device is reached. */
export interface Endpoint {
  /** `host:port`. */
  readonly address: string;
  readonly security: ClientSecurity;
  readonly identity: ClientIdentity;
}

/** What a device says of itself. */
export interface Capabilities {
  readonly offer: Offer;
  readonly models: readonly ModelData[];
}

/** How a call ended; `code` is the name of a gRPC status. */
export interface CallEnd {
  readonly code: string;
  readonly message: string;
}

/** A call that is open. */
export interface Subscribed extends Source {
  /** Ends it; nothing more of it is heard. */
  hangUp(): void;
}

/** A channel. Disposing it ends its calls; their listeners hear no more. Nothing is reported in the caller's tick. */
export interface Line extends Disposable {
  /** Calls `listener` once, when the device has answered. */
  onConnected(listener: () => void): void;
  /** Asks what the device offers. Rejects with the device's ClientError. */
  capabilities(): Promise<Capabilities>;
  /** Subscribes; `request` is an encoded SubscribeRequest. */
  subscribe(
    request: Uint8Array,
    onMessage: (message: Uint8Array) => void,
    onEnd: (end: CallEnd) => void,
  ): Subscribed;
  /** Gets once: either `onAnswer` has the encoded GetResponse, or `onEnd` says why there is none. */
  get(request: Uint8Array, onAnswer: (answer: Uint8Array) => void, onEnd: (end: CallEnd) => void): Subscribed;
}

/** Opens a line. Throws when it cannot even be tried, such as for a certificate file that cannot be read. */
export type OpenLine = (endpoint: Endpoint) => Line;

/** What an error of a call says, in a call end's words. */
export function callEndOf(error: unknown): CallEnd {
  if (error instanceof ClientError) return { code: codeName(error.code), message: error.details };
  return { code: 'UNAVAILABLE', message: error instanceof Error ? error.message : String(error) };
}

/** The name of a gRPC status. */
export function codeName(code: Status): string {
  return Status[code] ?? `status ${code}`;
}
