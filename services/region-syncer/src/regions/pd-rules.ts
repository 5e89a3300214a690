// PD's rules for what a heartbeat, or a foreign leader, says of a region: it must not be older than what is known.
// Where PD has them: core/region.go, check and isRegionRecreated.
import { RegionFields } from '../wire/region-fields.ts';
import { viewOf } from './key.ts';
import type { Ranges } from './ranges.ts';
import type { RegionTable } from './region-table.ts';
import { absent } from './slots.ts';
import { isLess } from './uint64.ts';

/**
 * What is said of a region that comes. All but the first mean that it is stale: it overlaps a region of a newer
 * version, or is older than what is known of the same id by its raft term, version or conf_ver.
 */
export type Verdict =
  | 'accepted'
  | 'older than an overlap'
  | 'older term'
  | 'older version'
  | 'older conf_ver';

export class PdRules {
  readonly #table: RegionTable;
  readonly #ranges: Ranges;
  readonly #known: RegionFields = new RegionFields();
  #conflict = absent;

  constructor(table: RegionTable, ranges: Ranges) {
    this.#table = table;
    this.#ranges = ranges;
  }

  /** The slot of the region that the last verdict is due to; `absent` when it was accepted. */
  get conflict(): number {
    return this.#conflict;
  }

  /**
   * Whether the region that `fields` was read from, in `bytes`, may be put. An equal epoch may: so a new leader is
   * told. Its term is two unsigned halves, and 0 when it is not known.
   */
  check(bytes: Uint8Array, fields: RegionFields, termLo: number, termHi: number): Verdict {
    this.#conflict = absent;
    const view = viewOf(bytes);
    if (isRecreated(fields)) return 'accepted';
    const origin = this.#table.find(fields.idLo, fields.idHi);
    if (origin === absent || !this.#ranges.isSame(origin, view, fields)) {
      let other = this.#ranges.seekOverlap(view, fields);
      for (; other !== absent; other = this.#ranges.nextOverlap(view, fields)) {
        this.#table.read(other, this.#known);
        if (isOlderVersion(fields, this.#known)) return this.#stale(other, 'older than an overlap');
      }
    }
    return origin === absent ? 'accepted' : this.#compare(origin, fields, termLo, termHi);
  }

  #compare(origin: number, fields: RegionFields, termLo: number, termHi: number): Verdict {
    const { slots } = this.#table;
    if (
      (termLo !== 0 || termHi !== 0) &&
      isLess(termLo, termHi, slots.termLo(origin), slots.termHi(origin))
    ) {
      return this.#stale(origin, 'older term');
    }
    const known = this.#known;
    this.#table.read(origin, known);
    if (isOlderVersion(fields, known)) return this.#stale(origin, 'older version');
    if (isLess(fields.confVerLo, fields.confVerHi, known.confVerLo, known.confVerHi)) {
      return this.#stale(origin, 'older conf_ver');
    }
    return 'accepted';
  }

  #stale(conflict: number, verdict: Verdict): Verdict {
    this.#conflict = conflict;
    return verdict;
  }
}

function isOlderVersion(fields: RegionFields, known: RegionFields): boolean {
  return isLess(fields.versionLo, fields.versionHi, known.versionLo, known.versionHi);
}

/** Unsafe recovery makes regions anew with an epoch of (1, 1): they replace whatever is known. */
function isRecreated(fields: RegionFields): boolean {
  const first =
    fields.versionLo === 1 && fields.versionHi === 0 && fields.confVerLo === 1 && fields.confVerHi === 0;
  return first && (fields.startKeyLength > 0 || fields.endKeyLength > 0);
}
