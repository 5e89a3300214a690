// The device: a tree, those who follow it, and the faults between the two. Whatever changes the tree does so
// here, because a change of the tree that nobody is told of is lost.

import type { Operation } from '@syncline/gnmi/notification.ts';
import { pathElem, pathOf, rootPath } from '@syncline/gnmi/path.ts';
import type { Clock } from '@syncline/runtime/clock.ts';
import { Audience } from './audience.ts';
import type { Change, Stamp } from './change.ts';
import { Faults } from './faults.ts';
import { Tree } from './tree.ts';
import { TreeLeaf } from './tree-leaf.ts';

/** A gNMI target's state, without its transport. */
export class Device {
  readonly tree = new Tree();
  readonly audience = new Audience();
  readonly faults: Faults;
  readonly clock: Clock;

  constructor(clock: Clock) {
    this.clock = clock;
    this.faults = new Faults(clock);
  }

  /** A stamp of this moment; `traceparent` when the change belongs to a trace. */
  stamp(traceparent: string | undefined): Stamp {
    return { timestamp: this.clock.now(), traceparent };
  }

  /** Changes the tree in one step and tells everybody. */
  apply(operations: readonly Operation[], stamp: Stamp): void {
    this.tell(this.tree.apply(operations, stamp));
  }

  /** Tells everybody of a change that the tree has made. */
  tell(change: Change): void {
    this.audience.tell(this.#spoilt(change));
  }

  /** What the faults that wait for the next notification add to it. */
  #spoilt(change: Change): Change {
    const strays: TreeLeaf[] = [];
    if (this.faults.disarm('unknown_path')) {
      const path = pathOf([pathElem('unknown'), pathElem('leaf')]);
      strays.push(new TreeLeaf(path, { $case: 'stringVal', value: 'nobody asked for this' }));
    }
    if (this.faults.disarm('wrong_type')) {
      const beside = change.updates[0]?.path ?? rootPath;
      const path = pathOf([...beside.elems.slice(0, -1), pathElem('wrong-type')], beside.origin);
      const value = { $case: 'jsonIetfVal', value: Buffer.from('{not json') } as const;
      strays.push(new TreeLeaf(path, value, true));
    }
    return strays.length === 0 ? change : { ...change, strays };
  }
}
