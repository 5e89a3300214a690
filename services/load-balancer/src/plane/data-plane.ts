// The simulated data plane: flows and tables as they are, and where a packet goes by them. Its keeper replaces the
// parts; a lookup takes one turn of the event loop, so it never sees half of a change.

import { Latest } from '@syncline/runtime/latest.ts';
import type { ConduitName } from '@syncline/trench/stream-name.ts';
import type { Classifier } from '../flow/classifier.ts';
import { flowHash } from '../packet/hash.ts';
import type { Packet } from '../packet/packet.ts';
import type { StreamSpec } from '../stream/stream-row.ts';
import type { StreamTable } from '../stream/stream-table.ts';
import { ConduitKeys } from './conduit-keys.ts';
import { NotFilledError, UnknownConduitError } from './lookup-errors.ts';
import type { Outcome } from './outcome.ts';

/** Lookups since the start that reached no target. */
export interface DropCounts {
  readonly noFlow: number;
  readonly noTarget: number;
}

export class DataPlane {
  #conduits = new ConduitKeys(new Set());
  #classifiers: ReadonlyMap<string, Classifier> = new Map();
  #streams: ReadonlyMap<string, StreamTable> = new Map();
  readonly #drops = { noFlow: 0, noTarget: 0 };
  #forwarded = 0;
  readonly #filled = Promise.withResolvers<void>();
  #isFilled = false;
  readonly #changes = new Latest(0n);
  readonly #available = new Latest<readonly StreamSpec[]>([]);

  /** In the order in which they were set. */
  get streams(): Iterable<StreamTable> {
    return this.#streams.values();
  }

  get drops(): DropCounts {
    return this.#drops;
  }

  /** Lookups since the start that reached a target. */
  get forwarded(): number {
    return this.#forwarded;
  }

  /** Whether everything was told at least once, and every table of it was filled. */
  get isFilled(): boolean {
    return this.#isFilled;
  }

  /** Resolves when isFilled becomes true. */
  get whenFilled(): Promise<void> {
    return this.#filled.promise;
  }

  /** Counts the changes of the tables, and of how far they are what the NSP says. */
  get changes(): Latest<bigint> {
    return this.#changes;
  }

  /** The streams that have a target; a list that is replaced is not the one before. */
  get available(): Latest<readonly StreamSpec[]> {
    return this.#available;
  }

  /** Where a packet goes; counted. Throws NotFilledError and UnknownConduitError. */
  lookup(name: ConduitName, packet: Packet): Outcome {
    if (!this.#isFilled) throw new NotFilledError();
    const key = this.#conduits.keyOf(name);
    if (key === undefined) throw new UnknownConduitError(name);
    const flow = this.#classifiers.get(key)?.flowOf(packet);
    if (flow === undefined) {
      this.#drops.noFlow++;
      return { kind: 'no flow' };
    }
    const picked = this.#streams.get(flow.streamKey)?.pick(flowHash(packet));
    if (picked === undefined) {
      this.#drops.noTarget++;
      return { kind: 'no target', flow };
    }
    this.#forwarded++;
    return { kind: 'forwarded', flow, slot: picked.slot, member: picked.member };
  }

  /** By conduitKey. */
  setConduits(conduits: ReadonlySet<string>): void {
    this.#conduits = new ConduitKeys(conduits);
  }

  /** By conduitKey. */
  setClassifiers(classifiers: ReadonlyMap<string, Classifier>): void {
    this.#classifiers = classifiers;
  }

  /** By streamKey. */
  setStreams(streams: ReadonlyMap<string, StreamTable>): void {
    this.#streams = streams;
    this.tablesChanged();
  }

  /** A table was rebuilt. */
  tablesChanged(): void {
    this.sourceChanged();
    const available = availableOf(this.#streams.values());
    if (!sameStreams(available, this.#available.value)) this.#available.set(available);
  }

  /** The NSP was lost, is missing still, or is back; or other rows of it than before cannot be used. */
  sourceChanged(): void {
    this.#changes.set(this.#changes.value + 1n);
  }

  /** Everything was told, and every table of it was filled. */
  filled(): void {
    this.#isFilled = true;
    this.#filled.resolve();
  }
}

function availableOf(tables: Iterable<StreamTable>): readonly StreamSpec[] {
  return Array.from(tables).flatMap(({ live, name, maxTargets }) =>
    live === undefined ? [] : [{ name, maxTargets }],
  );
}

/** A stream that stays has its name as the same object. */
function sameStreams(a: readonly StreamSpec[], b: readonly StreamSpec[]): boolean {
  return (
    a.length === b.length &&
    a.every(({ name, maxTargets }, i) => b[i]?.name === name && b[i].maxTargets === maxTargets)
  );
}
