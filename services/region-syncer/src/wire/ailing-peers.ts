// The peers of a region that its leader calls down or pending. They are not synced (no PD sends them to followers),
// so a leader keeps them beside the tree for the few regions that have any: as fields 3 and 4 of a pdpb.Region.
import { Region } from '@syncline/proto/pdpb.ts';
import { ByteWriter } from './byte-writer.ts';
import type { Heartbeat } from './heartbeat.ts';

const regionField = { downPeers: 3, pendingPeers: 4 } as const;

const scratch = new ByteWriter(256);

/** The ailing peers of a heartbeat that was read from `bytes`, in memory of their own; undefined when all are well. */
export function ailingPeers(bytes: Uint8Array, heartbeat: Heartbeat): Uint8Array | undefined {
  scratch.clear();
  append(bytes, heartbeat.downPeers, regionField.downPeers);
  append(bytes, heartbeat.pendingPeers, regionField.pendingPeers);
  return scratch.length === 0 ? undefined : scratch.view().slice();
}

/**
 * Whether the same peers are down and the same are pending, as PD compares them: by store and id, in any order, and
 * whatever the time they have been down for.
 */
export function sameAiling(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return identities(a) === identities(b);
}

function append(bytes: Uint8Array, elements: readonly number[], field: number): void {
  for (let i = 0; i < elements.length; i += 2) {
    scratch.content(field, bytes, elements[i] as number, elements[i + 1] as number);
  }
}

function identities(ailing: Uint8Array): string {
  const { downPeers, pendingPeers } = Region.decode(ailing);
  const down = downPeers.map(({ peer }) => `${peer?.storeId ?? 0n}:${peer?.id ?? 0n}`);
  const pending = pendingPeers.map(({ storeId, id }) => `${storeId}:${id}`);
  return `${down.sort().join()}/${pending.sort().join()}`;
}
