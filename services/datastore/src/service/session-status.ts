// What the sessions of a datastore say together, and each in the words of syncline.datastore.v1.

import { SessionState as ProtoState } from '@syncline/proto/datastore.ts';
import type { DatastoreView } from '../catalog/datastore.ts';
import type { Phase } from '../session/state.ts';

type Sessions = DatastoreView['sessions'];

const protoStates = {
  idle: ProtoState.IDLE,
  connecting: ProtoState.CONNECTING,
  negotiating: ProtoState.NEGOTIATING,
  syncing: ProtoState.SYNCING,
  committing: ProtoState.COMMITTING,
  synced: ProtoState.SYNCED,
  backoff: ProtoState.BACKOFF,
  done: ProtoState.DONE,
} as const satisfies Record<Phase['kind'], ProtoState>;

export function toProtoState(phase: Phase): ProtoState {
  return protoStates[phase.kind];
}

/** Every sync has a session with the device; a ONCE sync that is done needs none. */
export function isConnected(sessions: Sessions): boolean {
  return sessions.every(({ view }) => isOneOf(view.state.phase, ['syncing', 'committing', 'synced', 'done']));
}

/** Every sync has committed the device's whole tree. */
export function isSynced(sessions: Sessions): boolean {
  return sessions.every(({ view }) => isOneOf(view.state.phase, ['synced', 'done']));
}

function isOneOf(phase: Phase, kinds: readonly Phase['kind'][]): boolean {
  return kinds.includes(phase.kind);
}
