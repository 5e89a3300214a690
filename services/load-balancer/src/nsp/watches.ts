// What is watched of an NSP: all conduits, streams and flows of its trench, and every target that takes traffic.

import { ConfigurationManagerDefinition } from '@syncline/proto/nsp-configurationmanager.ts';
import {
  TargetRegistryDefinition,
  Target_Status as TargetStatus,
  Target_Type as TargetType,
} from '@syncline/proto/nsp-targetregistry.ts';
import type { Connection } from '@syncline/rpc/connect.ts';
import { conduitMessage } from '@syncline/trench/wire-name.ts';
import type { ListKind, NspList } from '../plane/nsp-list.ts';

/** Opens a watch, which lasts until it fails, is left, or the signal aborts. */
export type OpenWatch = (signal: AbortSignal) => AsyncIterable<NspList>;

/** An empty name is any name; a parent that is absent would match nothing. */
const anyConduit = conduitMessage({ trench: '', conduit: '' });

/** How each kind of list is watched on this connection. */
export function watchesOf(nsp: Connection): Readonly<Record<ListKind, OpenWatch>> {
  const configuration = nsp.client(ConfigurationManagerDefinition);
  const registry = nsp.client(TargetRegistryDefinition);
  return {
    async *conduits(signal) {
      for await (const { conduits } of configuration.watchConduit(anyConduit, { signal }))
        yield { kind: 'conduits', rows: conduits };
    },
    async *streams(signal) {
      for await (const { streams } of configuration.watchStream({ conduit: anyConduit }, { signal }))
        yield { kind: 'streams', rows: streams };
    },
    async *flows(signal) {
      const filter = { stream: { conduit: anyConduit } };
      for await (const { flows } of configuration.watchFlow(filter, { signal }))
        yield { kind: 'flows', rows: flows };
    },
    async *targets(signal) {
      const filter = { status: TargetStatus.ENABLED, type: TargetType.DEFAULT };
      for await (const { targets } of registry.watch(filter, { signal }))
        yield { kind: 'targets', rows: targets };
    },
  };
}
