// The peers of a region that its leader calls down or pending. They are not synced (no PD sends them to followers),
// so a leader keeps them beside the tree for the few regions that have any: as fields 3 and 4 of a pdpb.Region.
import { ByteWriter } from '@syncline/protobuf/byte-writer.ts';
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

function append(bytes: Uint8Array, elements: readonly number[], field: number): void {
  for (let i = 0; i < elements.length; i += 2) {
    scratch.content(field, bytes, elements[i] as number, elements[i + 1] as number);
  }
}
