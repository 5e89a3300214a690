// What a change of the targets moved. Each slot whose target is another one breaks the connections that hash to it.

import type { MaglevTable } from './table.ts';

const slotsPerStep = 65_536;

/** Slots whose target is another one than before. */
export interface Remap {
  readonly moved: number;
  /** Of them, those that went from a target that stayed to another that had been there: moved without need. */
  readonly collateral: number;
}

/** Whether the target of an identifier is in both tables, the same one. */
export type Stays = (identifier: number) => boolean;

/**
 * Compares two tables, either of which may not be there; those of different sizes have no slot in common.
 * Yields now and then.
 */
export function* remapOf(
  before: MaglevTable | undefined,
  after: MaglevTable | undefined,
  stays: Stays,
): Generator<void, Remap, void> {
  if (before === undefined || after === undefined || before.size !== after.size) {
    return { moved: Math.max(before?.filled ?? 0, after?.filled ?? 0), collateral: 0 };
  }
  let moved = 0;
  let collateral = 0;
  for (let slot = 0; slot < after.size; slot++) {
    const from = before.identifierAt(slot);
    const to = after.identifierAt(slot);
    if (from !== to) {
      moved++;
      if (stays(from) && stays(to)) collateral++;
    } else if (from !== 0 && !stays(from)) {
      moved++;
    }
    if (slot % slotsPerStep === slotsPerStep - 1) yield;
  }
  return { moved, collateral };
}
