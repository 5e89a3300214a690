// Which heartbeats are news: those that followers are told of. Most repeat what is known, and cost a comparison.
// The rule is PD's (core/region.go, regionGuide), except that peers that are down or pending make no record, as they are
// in none, and that any change of the region itself makes one.

import type { Heartbeat } from '../wire/heartbeat.ts';
import type { RegionFields } from '../wire/region-fields.ts';
import { readStat, StatFields } from '../wire/stat-fields.ts';

const twoTo32 = 2 ** 32;

export class RegionGuide {
  readonly #unit: number;
  readonly #known: StatFields = new StatFields();

  /** Traffic counts in units of 10 ^ `flowDigits` bytes, rounded. */
  constructor(flowDigits: number) {
    this.#unit = 10 ** flowDigits;
  }

  /**
   * Whether a heartbeat, read from `bytes`, says something new of the region whose block is in `page` as `known`. Its
   * buckets are not looked at.
   */
  isNews(bytes: Uint8Array, heartbeat: Heartbeat, page: Uint8Array, known: RegionFields): boolean {
    const { region, stat } = heartbeat;
    if (region.leaderIdLo !== known.leaderIdLo || region.leaderIdHi !== known.leaderIdHi) return true;
    if (isDifferent(bytes, region, page, known)) return true;
    readStat(page, known.statStart, known.statStop, this.#known);
    return (
      this.#rounded(whole(stat, 0)) !== this.#rounded(this.#known.bytesWritten) ||
      this.#rounded(whole(stat, 1)) !== this.#rounded(this.#known.bytesRead)
    );
  }

  #rounded(bytes: number): number {
    return Math.floor((bytes + this.#unit / 2) / this.#unit);
  }
}

/** The count at `place` of a heartbeat's stat. */
function whole(stat: Uint32Array, place: number): number {
  return (stat[2 * place + 1] as number) * twoTo32 + (stat[2 * place] as number);
}

/** Whether the two metapb.Regions have different bytes: a store encodes the same region the same way. */
function isDifferent(
  bytes: Uint8Array,
  region: RegionFields,
  page: Uint8Array,
  known: RegionFields,
): boolean {
  const length = region.regionStop - region.regionStart;
  if (length !== known.regionStop - known.regionStart) return true;
  const shift = known.regionStart - region.regionStart;
  for (let i = region.regionStart; i < region.regionStop; i++) if (bytes[i] !== page[i + shift]) return true;
  return false;
}
