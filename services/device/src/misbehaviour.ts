// Carries faults out: those that act once act at once, the others are armed. Loops of faults (a flap, a burst)
// run here and end with heal() or disposal.

import { pathElem, pathOf } from '@syncline/gnmi/path.ts';
import { sleep } from '@syncline/runtime/clock.ts';
import { burst } from './burst.ts';
import { type Item, noDuplicates } from './change.ts';
import type { Device } from './device.ts';
import type { Fault, FaultOf } from './fault.ts';
import { type CallStatus, statusCode } from './status.ts';
import { TreeLeaf } from './tree-leaf.ts';

/** A leaf of a huge notification has a value of this many bytes, or of what is left. */
const hugeLeafBytes = 1 << 20;

/** The device's faults as a whole. */
export class Misbehaviour implements Disposable {
  readonly #device: Device;
  readonly #failed: (error: Error) => void;
  readonly #loops = new Map<Fault['kind'], AbortController>();

  /** `failed` hears of a loop that broke, which only a defect can cause. */
  constructor(device: Device, failed: (error: Error) => void) {
    this.#device = device;
    this.#failed = failed;
  }

  /** Carries out or arms a fault, in the place of one of its kind. */
  begin(fault: Fault): void {
    const { audience, faults } = this.#device;
    switch (fault.kind) {
      case 'cut':
        return audience.end(fault);
      case 'half_close':
        return audience.end({ code: statusCode.ok, text: '' });
      case 'repeat_sync':
        return audience.append(() => ({ kind: 'sync' }));
      case 'huge_notification': {
        const leaves = hugeLeaves(fault.bytes);
        return audience.append(() => this.#notificationOf(leaves));
      }
      case 'flap':
        return this.#loop(fault, (signal) => this.#flap(fault, signal));
      case 'burst':
        return this.#loop(fault, (signal) => burst(this.#device, fault, signal));
      case 'stall':
      case 'delay':
      case 'withhold_sync':
      case 'partial_dump':
      case 'hang_set':
      case 'reject_set':
      case 'skew_timestamps':
      case 'unknown_path':
      case 'wrong_type':
      case 'reject_subscribe':
      case 'advertise_encodings':
      case 'hang_capabilities':
        return faults.arm(fault);
    }
  }

  /** Ends every fault and gives how many there were. */
  heal(): number {
    this[Symbol.dispose]();
    return this.#device.faults.heal();
  }

  [Symbol.dispose](): void {
    for (const loop of this.#loops.values()) loop.abort();
    this.#loops.clear();
  }

  /** Runs a fault that takes time; it is armed for as long as it runs. */
  #loop(fault: Fault, run: (signal: AbortSignal) => Promise<void>): void {
    const { faults } = this.#device;
    this.#loops.get(fault.kind)?.abort();
    const loop = new AbortController();
    this.#loops.set(fault.kind, loop);
    faults.arm(fault);
    run(loop.signal)
      .then(() => {
        if (this.#loops.get(fault.kind) !== loop) return;
        this.#loops.delete(fault.kind);
        faults.disarm(fault.kind);
      })
      .catch((error: unknown) => {
        if (loop.signal.aborted) return;
        this.#failed(error instanceof Error ? error : new Error(String(error)));
      });
  }

  async #flap({ everyMs, times }: FaultOf<'flap'>, signal: AbortSignal): Promise<void> {
    const status: CallStatus = { code: statusCode.unavailable, text: 'fault: flap' };
    for (let cuts = 0; times === 0 || cuts < times; cuts++) {
      await sleep(this.#device.clock, everyMs, signal);
      this.#device.audience.end(status);
    }
  }

  #notificationOf(updates: readonly TreeLeaf[]): Item {
    const stamp = this.#device.stamp(undefined);
    return {
      kind: 'notification',
      stamp,
      atomicUnder: undefined,
      deletes: [],
      updates,
      duplicates: noDuplicates,
    };
  }
}

function hugeLeaves(bytes: number): TreeLeaf[] {
  return Array.from({ length: Math.ceil(bytes / hugeLeafBytes) }, (_, i) => {
    const value = 'x'.repeat(Math.min(hugeLeafBytes, bytes - i * hugeLeafBytes));
    const elem = pathElem('leaf', [['id', String(i)]]);
    return new TreeLeaf(pathOf([pathElem('huge'), elem, pathElem('value')]), { $case: 'stringVal', value });
  });
}
