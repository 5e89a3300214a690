// A connection: what joins a target to a conduit. Its message is carried as its client wrote it; the proxy reads and
// writes the path, the mechanism, the addresses and the state, and hands everything else on.

import type { Mechanism, Connection as Message, Path } from '@syncline/proto/connection.ts';
import type { ConnectionContext, IPContext } from '@syncline/proto/connectioncontext.ts';

/** A message that has a path and an IP context, as every one here does once it was read. */
export type PathedMessage = Message & {
  readonly path: Path;
  readonly context: ConnectionContext & { readonly ipContext: IPContext };
};

/** A connection as its watchers see it: `id` is the proxy's own, and the path is at the proxy's hop. Never changed. */
export type Connection = PathedMessage & { readonly mechanism: Mechanism };

/** Addresses that the IPAM keeps for one connection, each as address/length, one for each family. */
export interface Assigned {
  /** Which of the conduit's subnets they are of. */
  readonly subnet: number;
  readonly src: readonly string[];
  readonly dst: readonly string[];
}

/** A connection that was answered, and what its message does not say. */
export interface Held {
  /** The client's id of it, which is that of the first hop; unique within the conduit. */
  readonly id: string;
  readonly connection: Connection;
  readonly assigned: Assigned;
  /** When it was first requested, for people: milliseconds since 1970. */
  readonly sinceUnixMs: number;
}

/** What a Request says, once it was found to make sense. */
export interface Asked {
  readonly id: string;
  readonly message: PathedMessage;
  /** Whether the client wants the connection made anew: it takes it up from DOWN. */
  readonly reselect: boolean;
  /** What the mechanism is to be, without the interface's name when the client leaves that to the proxy. */
  readonly mechanism: Mechanism;
}
