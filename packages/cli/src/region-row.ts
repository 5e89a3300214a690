// A region for people and for programs.

import { type Peer, PeerRole } from '@syncline/proto/metapb.ts';
import type { Region } from '@syncline/proto/pdpb.ts';
import { plainName } from './enum-name.ts';
import { keyHex, keyText } from './key-text.ts';
import type { Printable } from './print.ts';

/** The head of a table of regions. */
export const regionHead = ['REGION', 'START', 'END', 'VERSION', 'CONF', 'LEADER', 'PEERS'];

/** A line of it; the empty key is "". */
export function regionRow({ region, leader }: Region, keysInHex: boolean): string[] {
  const text = (key: Uint8Array = new Uint8Array(0)) => {
    if (key.length === 0) return '""';
    return keysInHex ? keyHex(key) : keyText(key);
  };
  return [
    String(region?.id ?? 0n),
    text(region?.startKey),
    text(region?.endKey),
    String(region?.regionEpoch?.version ?? 0n),
    String(region?.regionEpoch?.confVer ?? 0n),
    leader === undefined || leader.id === 0n ? 'unknown' : peerText(leader),
    (region?.peers ?? []).map(peerText).join(' '),
  ];
}

/** A region for JSON, its keys in hex. */
export function regionJson({ region, leader, downPeers, pendingPeers, buckets }: Region): Printable {
  return {
    id: region?.id,
    start_key: region && keyHex(region.startKey),
    end_key: region && keyHex(region.endKey),
    epoch: { conf_ver: region?.regionEpoch?.confVer, version: region?.regionEpoch?.version },
    peers: region?.peers.map(peerJson),
    leader: leader && peerJson(leader),
    down_peers: downPeers.map(({ peer, downSeconds }) => ({
      ...(peer && peerJson(peer)),
      down_seconds: downSeconds,
    })),
    pending_peers: pendingPeers.map(peerJson),
    buckets: buckets && { version: buckets.version, keys: buckets.keys.map(keyHex) },
  };
}

function peerText({ id, storeId, role }: Peer): string {
  return `${id}@${storeId}${role === PeerRole.Voter ? '' : `/${plainName(PeerRole, role)}`}`;
}

function peerJson({ id, storeId, role }: Peer) {
  return { id, store_id: storeId, role: plainName(PeerRole, role) };
}
