// The conduits of a trench, as an NSP tells them.

import { ConfigurationManagerDefinition } from '@syncline/proto/nsp-configurationmanager.ts';
import type { Connection } from '@syncline/rpc/connect.ts';
import type { ConduitName } from '@syncline/trench/stream-name.ts';
import { conduitMessage } from '@syncline/trench/wire-name.ts';
import type { ConduitRows } from './conduit-rows.ts';

/** Opens the watch: every list that the NSP sends, until it ends or the signal aborts. */
type OpenConduits = (signal: AbortSignal) => AsyncIterable<readonly ConduitName[]>;

/** Watches the conduits of `trench` over `connection`, or of every trench the NSP has when it is undefined. */
export function openConduits(
  connection: Connection,
  trench: string | undefined,
  rows: ConduitRows,
): OpenConduits {
  const client = connection.client(ConfigurationManagerDefinition);
  // An empty name stands for any.
  const filter = conduitMessage({ trench: trench ?? '', conduit: '' });
  return async function* (signal) {
    for await (const { conduits } of client.watchConduit(filter, { signal })) yield rows.namesOf(conduits);
  };
}
