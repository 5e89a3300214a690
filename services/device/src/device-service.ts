// syncline.device.v1.DeviceService: what the tree holds, how the device misbehaves, what it has served.

import type { Operation } from '@syncline/gnmi/notification.ts';
import { readNotification } from '@syncline/gnmi/notification.ts';
import { printPath } from '@syncline/gnmi/path-text.ts';
import { hasWildcard } from '@syncline/gnmi/pattern.ts';
import { GnmiRequestError } from '@syncline/gnmi/request-error.ts';
import type {
  ApplyRequest,
  ApplyResponse,
  DeviceServiceImplementation,
  EmitRequest,
  EmitResponse,
  StatusResponse,
} from '@syncline/proto/device.ts';
import { Notification } from '@syncline/proto/gnmi.ts';
import type { ChangeSpan } from './change-span.ts';
import type { Device } from './device.ts';
import { answered } from './gnmi-status.ts';
import type { Misbehaviour } from './misbehaviour.ts';
import type { Served } from './served.ts';
import { fromProtoFault, toProtoFault } from './wire/fault-wire.ts';

/** What the control service acts on. */
export interface DeviceParts {
  readonly device: Device;
  readonly misbehaviour: Misbehaviour;
  readonly served: Served;
  readonly traced: ChangeSpan;
  /** Whether the tree is this machine's own state, which nobody else changes. */
  readonly isHost: boolean;
}

/** The handlers of DeviceService. */
export function deviceService(parts: DeviceParts): DeviceServiceImplementation {
  const { device, misbehaviour } = parts;
  return {
    apply: (request) => answered(() => apply(request, parts)),
    emit: (request) => answered(() => emit(request, device)),
    misbehave: ({ fault }) =>
      answered(() => {
        misbehaviour.begin(fromProtoFault(fault));
        return {};
      }),
    heal: () => answered(() => ({ disarmed: misbehaviour.heal() })),
    status: () => answered(() => status(parts)),
  };
}

function apply({ notification }: ApplyRequest, { device, traced, isHost }: DeviceParts): ApplyResponse {
  if (isHost) {
    throw new GnmiRequestError(
      'FAILED_PRECONDITION',
      'apply',
      '',
      "mode host serves this machine's own state; start with SYNCLINE_DEVICE_MODE=script",
    );
  }
  const operations = operationsOf(notification);
  traced('apply', (traceparent) => {
    const now = device.stamp(traceparent);
    const timestamp = notification?.timestamp || now.timestamp;
    device.apply(operations, { ...now, timestamp });
  });
  return { leaves: BigInt(device.tree.size), subscribers: device.audience.size };
}

function operationsOf(notification: Notification | undefined): readonly Operation[] {
  if (notification === undefined)
    throw new GnmiRequestError('INVALID_ARGUMENT', 'notification', '', 'must be given');
  const { operations, faults } = readNotification(notification);
  const [fault] = faults;
  if (fault !== undefined)
    throw new GnmiRequestError('INVALID_ARGUMENT', 'notification', fault.path, fault.reason);
  const vague = operations.find(({ path }) => hasWildcard(path));
  if (vague === undefined) return operations;
  throw new GnmiRequestError(
    'INVALID_ARGUMENT',
    'notification',
    printPath(vague.path),
    'a path with a wildcard',
  );
}

function emit({ notification }: EmitRequest, { audience }: Device): EmitResponse {
  if (notification === undefined)
    throw new GnmiRequestError('INVALID_ARGUMENT', 'notification', '', 'must be given');
  const encoded = Notification.encode(notification).finish();
  audience.append(() => ({ kind: 'raw', notification: encoded }));
  return { subscribers: audience.size };
}

function status({ device, served }: DeviceParts): StatusResponse {
  return {
    leaves: BigInt(device.tree.size),
    openSubscriptions: device.audience.size,
    calls: { ...served.calls },
    notificationsSent: BigInt(served.sent.notifications),
    updatesSent: BigInt(served.sent.updates),
    syncResponsesSent: BigInt(served.sent.syncResponses),
    sets: [...served.sets],
    armed: device.faults.armed.map(toProtoFault),
  };
}
