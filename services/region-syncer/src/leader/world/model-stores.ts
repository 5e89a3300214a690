// The stores of an explored run: regions that split and merge, whose leaders move from one store to the other, and what
// the stores tell of them. Each store is heard in its own order and at its own pace, so what is told overlaps what was told
// by the other, is older, or comes again. Invariant: the regions have the whole key space, without a hole.

import type { Simulation } from '@syncline/testkit/explorer.ts';
import type { Said } from './heartbeats.ts';

/** Where the key space ends, in keys of one digit. */
const lastKey = 8;

interface Region {
  readonly id: number;
  start: number;
  end: number;
  version: number;
  confVer: number;
  /** Which of the two stores leads it, and in which raft term. */
  leader: 0 | 1;
  term: number;
  written: number;
}

export class ModelStores {
  readonly #sim: Simulation;
  readonly #links: readonly { send(said: Said): void }[];
  readonly #told: Said[] = [];
  #regions: Region[] = [
    { id: 1, start: 0, end: lastKey, version: 1, confVer: 1, leader: 0, term: 1, written: 0 },
  ];
  #ids = 1;

  /** `hear` is called with each heartbeat when it arrives. */
  constructor(sim: Simulation, hear: (said: Said) => void) {
    this.#sim = sim;
    this.#links = [0, 1].map((store) => sim.link(`store ${store}`, hear));
  }

  /** What all heartbeats together come to when they were heard. */
  get regions(): Said[] {
    return this.#regions.toSorted((a, b) => a.start - b.start).map(saidOf);
  }

  /** Something happens to a region, and is told unless its store is busy. */
  act(): void {
    const sim = this.#sim;
    const region = this.#some();
    switch (sim.choose(7)) {
      case 1:
        return this.#moveLeader(region);
      case 2:
        return this.#split(region);
      case 3:
        return this.#merge(region);
      case 4:
        region.confVer += 1;
        return this.#tell(region);
      case 5:
        return this.#tell(region);
      case 6:
        return this.#tellAgain();
      default:
        region.written = 1_000 * sim.choose(4) + sim.choose(400);
        return this.#tell(region);
    }
  }

  /** A split, if there is room for one. */
  split(): void {
    this.#split(this.#some());
  }

  /** Every region is told once more, as stores do all the time. */
  tellAll(): void {
    for (const region of this.#regions) this.#send(region);
  }

  #some(): Region {
    return this.#regions[this.#sim.choose(this.#regions.length)] as Region;
  }

  #moveLeader(region: Region): void {
    region.leader = region.leader === 0 ? 1 : 0;
    region.term += 1;
    this.#tell(region);
  }

  #split(region: Region): void {
    const { start, end, leader } = region;
    if (end - start < 2) return this.#tell(region);
    const key = start + 1 + this.#sim.choose(end - start - 1);
    region.version += 1;
    const created = { ...region, id: ++this.#ids, leader, term: 1 };
    // The one that was there keeps the right part, as with TiKV, or the left one.
    if (this.#sim.choose(2) === 0) {
      created.end = key;
      region.start = key;
    } else {
      created.start = key;
      region.end = key;
    }
    this.#regions.push(created);
    this.#tell(created);
    this.#tell(region);
  }

  /** The region takes the range of the next one. */
  #merge(region: Region): void {
    const source = this.#regions.find(({ start }) => start === region.end);
    if (source !== undefined) {
      this.#regions = this.#regions.filter((each) => each !== source);
      region.end = source.end;
      region.version = Math.max(region.version, source.version) + 1;
    }
    this.#tell(region);
  }

  /** A heartbeat of some time ago arrives once more: one who led has woken up. */
  #tellAgain(): void {
    const said = this.#told[this.#sim.choose(this.#told.length)];
    if (said !== undefined) this.#links[this.#sim.choose(2)]?.send(said);
  }

  #tell(region: Region): void {
    if (this.#sim.choose(4) < 3) this.#send(region);
  }

  #send(region: Region): void {
    const said = saidOf(region);
    this.#told.push(said);
    this.#links[region.leader]?.send(said);
  }
}

function saidOf({ id, start, end, leader, ...rest }: Region): Said {
  return {
    ...rest,
    id,
    start: start === 0 ? '' : String(start),
    end: end === lastKey ? '' : String(end),
    leader: leader === 0 ? id : id + 1_000,
  };
}
