// The peers of a region that its leader calls down or pending. They are not synced (no PD sends them to followers),
// so a leader keeps them beside the tree for the few regions that have any: as fields 3 and 4 of a pdpb.Region.
import { ByteWriter } from '@syncline/protobuf/byte-writer.ts';
import { Cursor } from '@syncline/protobuf/cursor.ts';
import type { Heartbeat } from './heartbeat.ts';

/** Peers that a region's leader complained of in its last heartbeat, each encoded. Followers hear of none. */
export interface AilingPeers {
  /** pdpb.PeerStats. */
  readonly down: readonly Uint8Array[];
  /** metapb.Peer. */
  readonly pending: readonly Uint8Array[];
}

const regionField = { downPeers: 3, pendingPeers: 4 } as const;

const scratch = new ByteWriter(256);

/** The ailing peers of a heartbeat that was read from `bytes`, in memory of their own; undefined when all are well. */
export function ailingPeers(bytes: Uint8Array, heartbeat: Heartbeat): Uint8Array | undefined {
  scratch.clear();
  append(bytes, heartbeat.downPeers, regionField.downPeers);
  append(bytes, heartbeat.pendingPeers, regionField.pendingPeers);
  return scratch.length === 0 ? undefined : scratch.view().slice();
}

/** What ailingPeers() has written: views of it. */
export function readAilingPeers(bytes: Uint8Array): AilingPeers {
  const down: Uint8Array[] = [];
  const pending: Uint8Array[] = [];
  const at = new Cursor().over(bytes, 0, bytes.length);
  while (at.more()) {
    const tag = at.tag('region');
    at.content(tag, 'region');
    const list = tag >>> 3 === regionField.downPeers ? down : pending;
    list.push(bytes.subarray(at.start, at.stop));
  }
  return { down, pending };
}

function append(bytes: Uint8Array, elements: readonly number[], field: number): void {
  for (let i = 0; i < elements.length; i += 2) {
    scratch.content(field, bytes, elements[i] as number, elements[i + 1] as number);
  }
}
