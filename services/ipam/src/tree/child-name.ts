// What an address is given to: a child of a node of a conduit of a trench, in one family.

import type { Family } from '@syncline/trench/address.ts';
import type { ConduitName } from '@syncline/trench/stream-name.ts';

export interface ChildName extends ConduitName {
  readonly family: Family;
  readonly node: string;
  readonly name: string;
}
