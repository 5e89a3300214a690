// A stream's targets, and the table that divides its packets among them. Invariant: table and members are replaced
// together, so a slot never leads to a target that is not there; until the new ones are ready the old ones answer.

import type { Clock } from '@syncline/runtime/clock.ts';
import type { StreamName } from '@syncline/trench/stream-name.ts';
import { tableSize } from '../maglev/prime.ts';
import { remapOf } from '../maglev/remap.ts';
import { Rows } from '../maglev/rows.ts';
import { MaglevTable } from '../maglev/table.ts';
import type { LastChange } from './last-change.ts';
import { Member } from './member.ts';
import { sameTarget, type Target } from './target.ts';

/** The targets of a stream by identifier. */
export type Targets = ReadonlyMap<number, Target>;
type Members = ReadonlyMap<number, Member>;

/** What answers; there is none while there is no target. */
interface Live {
  readonly table: MaglevTable;
  readonly members: Members;
}

/** Where a packet goes. */
export interface Picked {
  readonly slot: number;
  readonly member: Member;
}

/** One stream. Its owner says what it should be, and has it rebuilt. */
export class StreamTable {
  readonly name: StreamName;
  readonly #clock: Clock;
  #rows: Rows | undefined;
  #live: Live | undefined;
  #lastChange: LastChange | undefined;
  #lookups = 0;
  #maxTargets: number;
  #wanted: Targets = new Map();
  #isRebuilt = true;

  constructor(name: StreamName, maxTargets: number, clock: Clock) {
    this.name = name;
    this.#maxTargets = maxTargets;
    this.#clock = clock;
  }

  get maxTargets(): number {
    return this.#maxTargets;
  }

  /** Slots of the table, whether or not there is a target. */
  get size(): number {
    return tableSize(this.#maxTargets);
  }

  get live(): Live | undefined {
    return this.#live;
  }

  /** Lookups that reached this stream, with and without a target. */
  get lookups(): number {
    return this.#lookups;
  }

  /** Undefined while nothing has changed. */
  get lastChange(): LastChange | undefined {
    return this.#lastChange;
  }

  /** Whether what answers is what is wanted; rebuild otherwise. */
  get isRebuilt(): boolean {
    return this.#isRebuilt;
  }

  /** Says what the stream should be. Identifiers are from 1 to `maxTargets`. */
  want(maxTargets: number, targets: Targets): void {
    if (maxTargets === this.#maxTargets && sameTargets(targets, this.#wanted)) return;
    this.#maxTargets = maxTargets;
    this.#wanted = targets;
    this.#isRebuilt = false;
  }

  /** The target of a packet with this hash; undefined when there is none. Counts the lookup. */
  pick(hash: number): Picked | undefined {
    this.#lookups++;
    if (this.#live === undefined) return undefined;
    const { table, members } = this.#live;
    const slot = table.slotOf(hash);
    const member = members.get(table.identifierAt(slot));
    if (member === undefined) return undefined;
    member.lookups++;
    return { slot, member };
  }

  /** Makes what answers what is wanted; yields now and then. Nothing else may be wanted until it is done. */
  *rebuilding(): Generator<void, void, void> {
    const before = this.#live;
    const members = membersOf(this.#wanted, before?.members);
    const live = members.size === 0 ? undefined : { members, table: yield* this.#tableOf(members, before) };
    const stays = (identifier: number) => {
      const member = members.get(identifier);
      return member !== undefined && member === before?.members.get(identifier);
    };
    const remap = yield* remapOf(before?.table, live?.table, stays);
    const stayed = [...members.keys()].filter(stays).length;
    this.#live = live;
    this.#isRebuilt = true;
    this.#lastChange = {
      ...remap,
      atUnixMs: Number(this.#clock.now() / 1_000_000n),
      added: members.size - stayed,
      removed: (before?.members.size ?? 0) - stayed,
    };
  }

  *#tableOf(members: Members, before: Live | undefined): Generator<void, MaglevTable, void> {
    const isSameSet =
      members.size === before?.members.size && [...members.keys()].every((id) => before.members.has(id));
    if (this.#rows?.maxTargets !== this.#maxTargets) this.#rows = new Rows(this.#maxTargets);
    else if (before !== undefined && isSameSet) return before.table;
    return yield* MaglevTable.filling(this.#rows, Uint16Array.from(members.keys()).toSorted());
  }
}

/** A target that was there keeps its member, and so its count. */
function membersOf(targets: Targets, before: Members | undefined): Members {
  return new Map(
    Array.from(targets, ([identifier, target]) => {
      const known = before?.get(identifier);
      return [
        identifier,
        known !== undefined && sameTarget(known.target, target) ? known : new Member(target),
      ];
    }),
  );
}

function sameTargets(a: Targets, b: Targets): boolean {
  return a.size === b.size && [...a].every(([identifier, target]) => sameTarget(target, b.get(identifier)));
}
