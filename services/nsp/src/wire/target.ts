// Targets between nsp.v1 and the registry.

import {
  Target_Status as Status,
  type Target as TargetMessage,
  TargetResponse,
  Target_Type as Type,
} from '@syncline/proto/nsp-targetregistry.ts';
import type { StreamName } from '@syncline/trench/stream-name.ts';
import { streamMessage } from '@syncline/trench/wire-name.ts';
import type { Target } from '../registry/target.ts';
import { InvalidTargetError } from '../registry/target-check.ts';
import type { TargetFilter } from '../registry/target-filter.ts';
import { keyOf } from '../registry/target-key.ts';

/** Throws InvalidTargetError when its status or its type is none that a target has. */
export function fromTarget(message: TargetMessage): Target {
  const { ips, context, status, type } = message;
  if (status !== Status.ENABLED && status !== Status.DISABLED)
    throw new InvalidTargetError('status', String(status), 'must be ENABLED (0) or DISABLED (1)');
  const stream = streamOf(message);
  const known = typeOf(type);
  return {
    ips,
    context: new Map(Object.entries(context)),
    status: status === Status.ENABLED ? 'enabled' : 'disabled',
    type: known,
    stream,
    key: keyOf({ ips, type: known, stream }),
  };
}

/** A target to be removed, of which nothing but the key counts; undefined when it can be none that was registered. */
export function fromRemoved(message: TargetMessage): Target | undefined {
  if (filterType(message.type) === 'none') return undefined;
  return fromTarget({ ...message, context: {}, status: Status.DISABLED });
}

/** What a watcher asks for. */
export function fromTargetFilter(message: TargetMessage): TargetFilter {
  return { status: filterStatus(message.status), type: filterType(message.type), stream: streamOf(message) };
}

/**
 * A response with one target. Responses one after the other are a response with all of their targets, as the field is
 * repeated; so each target is encoded once.
 */
export function targetChunk(target: Target): Uint8Array {
  const known = chunks.get(target);
  if (known !== undefined) return known;
  const chunk = TargetResponse.encode({ targets: [toTarget(target)] }).finish();
  chunks.set(target, chunk);
  return chunk;
}

const chunks = new WeakMap<Target, Uint8Array>();

function toTarget({ ips, context, status, type, stream }: Target): TargetMessage {
  const message = streamMessage(stream);
  return {
    ips: [...ips],
    context: Object.fromEntries(context),
    status: status === 'enabled' ? Status.ENABLED : Status.DISABLED,
    type: type === 'default' ? Type.DEFAULT : Type.FRONTEND,
    stream: {
      name: message.name,
      conduit: { ...message.conduit, destinationPortNats: [] },
      maxTargets: 0,
    },
  };
}

/** Absent parents are empty names. */
function streamOf({ stream }: TargetMessage): StreamName {
  const conduit = stream?.conduit;
  return { trench: conduit?.trench?.name ?? '', conduit: conduit?.name ?? '', stream: stream?.name ?? '' };
}

function typeOf(type: TargetMessage['type']): Target['type'] {
  const known = filterType(type);
  if (known === 'none')
    throw new InvalidTargetError('type', String(type), 'must be DEFAULT (0) or FRONTEND (1)');
  return known;
}

function filterType(type: TargetMessage['type']): TargetFilter['type'] {
  if (type === Type.DEFAULT) return 'default';
  return type === Type.FRONTEND ? 'frontend' : 'none';
}

function filterStatus(status: TargetMessage['status']): TargetFilter['status'] {
  if (status === Status.ANY) return 'any';
  if (status === Status.ENABLED) return 'enabled';
  return status === Status.DISABLED ? 'disabled' : 'none';
}
