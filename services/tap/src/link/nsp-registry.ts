// nsp.v1.TargetRegistry, as the loops of streams use it.

import {
  type Target,
  Target_Status,
  Target_Type,
  TargetRegistryDefinition,
} from '@syncline/proto/nsp-targetregistry.ts';
import type { Connection } from '@syncline/rpc/connect.ts';
import type { CallLimits } from '@syncline/runtime/call.ts';
import type { Clock } from '@syncline/runtime/clock.ts';
import type { StreamName } from '@syncline/trench/stream-name.ts';
import { streamMessage } from '@syncline/trench/wire-name.ts';
import type { ListedTarget, TargetRegistry, TargetWrite } from '../ports.ts';
import type { CallSlots } from './call-slots.ts';
import { firstOf } from './first-message.ts';
import { PooledLists, type TargetsByStream } from './pooled-lists.ts';

/** Where a target's context has its identifier. */
const identifierKey = 'identifier';

/** The registry behind `nsp`. */
export function registryOf(nsp: Connection, slots: CallSlots, clock: Clock): TargetRegistry {
  const client = nsp.client(TargetRegistryDefinition);
  const path = (method: 'register' | 'unregister' | 'watch') =>
    `/${TargetRegistryDefinition.fullName}/${TargetRegistryDefinition.methods[method].name}`;
  /** A conduit's stream without a name stands for all of the conduit. */
  const list = (stream: StreamName, limits: CallLimits) =>
    slots.run(stream, limits, path('watch'), async (left) => {
      const all = { status: Target_Status.ANY, type: Target_Type.DEFAULT, stream: streamMessage(stream) };
      const { targets } = await firstOf(client.watch(all, left), path('watch'));
      return targets;
    });
  const lists = new PooledLists(
    {
      path: path('watch'),
      listStream: async (stream, limits) => (await list(stream, limits)).map(listedTarget),
      listConduit: async (conduit, limits) => byStream(await list({ ...conduit, stream: '' }, limits)),
    },
    clock,
  );
  return {
    register: (target, limits) =>
      slots.run(target.stream, limits, path('register'), async (left) => {
        await client.register(targetMessage(target), left);
      }),
    unregister: (target, limits) =>
      slots.run(target.stream, limits, path('unregister'), async (left) => {
        await client.unregister(targetMessage(target), left);
      }),
    list: (stream, limits) => lists.list(stream, limits),
  };
}

function targetMessage({ stream, ips, identifier, status }: TargetWrite): Target {
  return {
    ips: [...ips],
    context: { [identifierKey]: String(identifier) },
    status: status === 'enabled' ? Target_Status.ENABLED : Target_Status.DISABLED,
    type: Target_Type.DEFAULT,
    // What else a stream message has is the configuration's: names alone are sent.
    stream: {
      ...streamMessage(stream),
      conduit: { ...streamMessage(stream).conduit, destinationPortNats: [] },
      maxTargets: 0,
    },
  };
}

function byStream(targets: readonly Target[]): TargetsByStream {
  const groups = Map.groupBy(targets, ({ stream }) => stream?.name ?? '');
  return new Map([...groups].map(([name, group]) => [name, group.map(listedTarget)]));
}

function listedTarget({ ips, context, status }: Target): ListedTarget {
  const identifier = context[identifierKey] ?? '';
  return {
    ips,
    identifier: /^\d{1,9}$/.test(identifier) ? Number(identifier) : undefined,
    status: status === Target_Status.DISABLED ? 'disabled' : 'enabled',
  };
}
