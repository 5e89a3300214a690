// A datastore as it was asked for: the device, and what of it is kept in step.

import type { Endpoint } from '../session/line.ts';
import type { ReadableEncoding, SyncMode } from '../session/plan.ts';
import type { Interest } from '../session/request.ts';

/** The schema a client named; it is kept and given back, and running is untyped. */
export interface SchemaName {
  readonly name: string;
  readonly vendor: string;
  readonly version: string;
}

/** One sync of a datastore. */
export interface SyncConfig {
  /** Its place in the list, from 0: how the core knows it. */
  readonly slot: number;
  readonly name: string;
  readonly mode: SyncMode;
  /** undefined: the best that the device offers. */
  readonly encoding: ReadableEncoding | undefined;
  readonly endpoint: Endpoint;
  readonly interest: Interest;
}

/** What CreateDataStore asked for, checked. */
export interface DatastoreConfig {
  readonly name: string;
  readonly schema: SchemaName | undefined;
  /** The device as the client named it. */
  readonly target: { readonly address: string; readonly port: number };
  readonly syncs: readonly SyncConfig[];
}
