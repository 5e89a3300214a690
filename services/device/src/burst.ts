// A burst: many updates of a few leaves, as fast as the subscribers take them. Nothing is coalesced for a
// subscriber that keeps up; one that makes no progress for a second is not waited for any more.

import { setImmediate } from 'node:timers/promises';
import { pathElem, pathOf } from '@syncline/gnmi/path.ts';
import { changeOf } from './change.ts';
import type { Device } from './device.ts';
import type { FaultOf } from './fault.ts';
import type { Subscriber } from './subscriber.ts';
import type { TreeLeaf } from './tree-leaf.ts';

/** Updates made between two looks at the subscribers. */
const slice = 2_000;

/** How long one that makes no progress is waited for. */
const patienceMs = 1_000;

/** Carries out a burst; the value of a leaf is the number of the update that set it last, from 1. */
export async function burst(device: Device, fault: FaultOf<'burst'>, signal: AbortSignal): Promise<void> {
  const leaves: TreeLeaf[] = [];
  const slow = new Set<Subscriber>();
  let sent = 0;
  while (sent < fault.updates) {
    for (const end = Math.min(fault.updates, sent + slice); sent < end; ) {
      const updates: TreeLeaf[] = [];
      const size = Math.min(fault.perNotification, fault.updates - sent, fault.leaves);
      while (updates.length < size) {
        updates.push(raise(device, leaves, sent % fault.leaves, BigInt(sent + 1)));
        sent++;
      }
      device.tell(changeOf(device.stamp(undefined), updates));
    }
    await keptUp(device, slow, signal);
  }
}

function raise(device: Device, leaves: TreeLeaf[], index: number, value: bigint): TreeLeaf {
  const known = leaves[index];
  const next = { $case: 'uintVal', value } as const;
  if (known?.live === true) {
    device.tree.revise(known, next);
    return known;
  }
  const id = [['id', String(index)]] as const;
  const leaf = device.tree.set(pathOf([pathElem('burst'), pathElem('leaf', id), pathElem('value')]), next);
  leaves[index] = leaf;
  return leaf;
}

async function keptUp(device: Device, slow: Set<Subscriber>, signal: AbortSignal): Promise<void> {
  await setImmediate(undefined, { signal });
  const patience = new AbortController();
  const timer = device.clock.setTimer(patienceMs, () => patience.abort());
  const either = AbortSignal.any([signal, patience.signal]);
  try {
    for (const subscriber of device.audience.subscribers) {
      if (slow.has(subscriber)) continue;
      await subscriber.caughtUp(either).catch(() => {
        signal.throwIfAborted();
        slow.add(subscriber);
      });
    }
  } finally {
    timer.clear();
  }
}
