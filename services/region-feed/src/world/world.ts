// The regions of a cluster, which cover the whole key space at every moment and never overlap. What happens to them
// follows TiKV: a split or merge makes a new version, a change of peers a new conf_ver, a change of leader a new term.

import { integer, type Rng } from '@syncline/runtime/rng.ts';
import type { Floor } from './floor.ts';
import { randomFlow } from './flow.ts';
import { keySpaceEnd } from './key-space.ts';
import { type Flow, type Peer, type Region, storesOf } from './region.ts';

/** How a world begins. */
export interface Genesis {
  /** Regions of about the same width; 1 or more. */
  readonly regions: number;
  /** Their stores have the ids 1 to this; 1 or more. */
  readonly stores: number;
  /** Peers of each region, each on another store; 1 to `stores`. */
  readonly replicas: number;
  /** All ids and epochs begin above it. */
  readonly floor: Floor;
}

/** The part that the new region of a split takes. */
export type Side = 'left' | 'right';

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };
type OwnRegion = Omit<Mutable<Region>, 'previous' | 'next'> & {
  previous: OwnRegion | undefined;
  next: OwnRegion | undefined;
  /** Where it stands in the array of all. */
  slot: number;
};

/** Ids of this many bits look like those of a cluster that has lived for a while, and take three bytes on the wire. */
const FIRST_ID = 2 ** 14;

/** TiKV's regions begin with it. */
const FIRST_TERM = 5;

const MADE_IN_A_STEP = 4_096;

/** The world. Regions that its methods take must be alive and its own. */
export class World {
  readonly stores: number;
  readonly #all: OwnRegion[] = [];
  readonly #peersOn: number[];
  #first: OwnRegion | undefined;
  #regionId: number;
  #peerId: number;

  private constructor(stores: number, floor: Floor) {
    this.stores = stores;
    this.#peersOn = Array.from({ length: stores + 1 }, () => 0);
    this.#regionId = Math.max(FIRST_ID - 1, floor.regionId);
    this.#peerId = Math.max(FIRST_ID - 1, floor.peerId);
  }

  /** Makes a world: peers and leaders are dealt out evenly, flows are drawn from `rng`. */
  static make(genesis: Genesis, rng: Rng): World {
    const making = World.making(genesis, rng);
    let made = making.next();
    while (!made.done) made = making.next();
    return made.value;
  }

  /** The same in steps of a few milliseconds: a million regions take seconds. */
  static *making({ regions, stores, replicas, floor }: Genesis, rng: Rng): Generator<undefined, World> {
    const world = new World(stores, floor);
    const width = keySpaceEnd / regions;
    let last: OwnRegion | undefined;
    for (let index = 0; index < regions; index++) {
      const homes = Array.from({ length: replicas }, (_, nth) => 1 + ((index + nth) % stores));
      const peers = homes.map((store) => world.#newPeer(store));
      last = world.#insert(last, {
        start: Math.floor(index * width),
        end: index + 1 === regions ? keySpaceEnd : Math.floor((index + 1) * width),
        version: floor.version + 1,
        confVer: floor.confVer + 1,
        term: FIRST_TERM,
        peers,
        leader: peers[0] as Peer,
        flow: randomFlow(rng),
      });
      if (world.size % MADE_IN_A_STEP === 0) yield;
    }
    return world;
  }

  /** How many regions there are. */
  get size(): number {
    return this.#all.length;
  }

  /** The region at the start of the key space. */
  get first(): Region {
    return this.#first as Region;
  }

  /** One of the regions, each as likely. */
  pick(rng: Rng): Region {
    return this.#all[integer(rng, this.#all.length)] as Region;
  }

  /** Peers on a store. */
  peersOn(store: number): number {
    return this.#peersOn[store] ?? 0;
  }

  /**
   * Splits a region in two of the next version; the new one takes the part on `side` and has new peers on the same
   * stores. Gives the new region. Throws RangeError unless `at` is inside the region.
   */
  split(region: Region, at: number, side: Side): Region {
    const parent = this.#own(region);
    if (!(at > parent.start && at < parent.end)) {
      throw new RangeError(`split at ${at} is not inside [${parent.start}, ${parent.end})`);
    }
    parent.version += 1;
    const peers = parent.peers.map(({ store }) => this.#newPeer(store));
    const child = {
      start: side === 'left' ? parent.start : at,
      end: side === 'left' ? at : parent.end,
      version: parent.version,
      confVer: parent.confVer,
      term: parent.term,
      peers,
      leader: peers[parent.peers.indexOf(parent.leader)] as Peer,
      flow: parent.flow,
    };
    if (side === 'left') parent.start = at;
    else parent.end = at;
    return this.#insert(side === 'left' ? parent.previous : parent, child);
  }

  /**
   * Merges a region into its neighbour, whose version is then above that of both. That their peers are on the same
   * stores, which TiKV wants first, is not asked: PD does not look. Throws RangeError when they are no neighbours.
   */
  merge(absorbed: Region, survivor: Region): void {
    const source = this.#own(absorbed);
    const target = this.#own(survivor);
    if (source.next === target) target.start = source.start;
    else if (source.previous === target) target.end = source.end;
    else throw new RangeError(`region ${source.id} is no neighbour of region ${target.id}`);
    target.version = Math.max(source.version, target.version) + 1;
    this.#remove(source);
  }

  /** Gives the lead to another peer. Throws RangeError when `to` is no peer of the region. */
  moveLeader(region: Region, to: Peer): void {
    const own = this.#own(region);
    if (!own.peers.includes(to)) throw new RangeError(`peer ${to.id} is none of region ${own.id}`);
    own.leader = to;
    own.term += 1;
  }

  /**
   * Puts a new peer on `store` in the place of a follower. What a heartbeat shows is an addition and a removal
   * together, so conf_ver grows by two. Throws RangeError when `leaving` is no follower of the region, or when
   * the store has another of its peers.
   */
  replacePeer(region: Region, leaving: Peer, store: number): void {
    const own = this.#own(region);
    if (leaving === own.leader || !own.peers.includes(leaving)) {
      throw new RangeError(`peer ${leaving.id} is no follower of region ${own.id}`);
    }
    if (store !== leaving.store && storesOf(own).includes(store)) {
      throw new RangeError(`store ${store} has a peer of region ${own.id} already`);
    }
    this.#count(leaving.store, -1);
    const joining = this.#newPeer(store);
    own.peers = own.peers.map((peer) => (peer === leaving ? joining : peer));
    own.confVer += 2;
  }

  /** The traffic of the region's last interval. */
  setFlow(region: Region, flow: Flow): void {
    this.#own(region).flow = flow;
  }

  #own(region: Region): OwnRegion {
    const own = this.#all[(region as OwnRegion).slot];
    if (own !== region) throw new RangeError(`region ${region.id} is not alive`);
    return own;
  }

  #insert(
    previous: OwnRegion | undefined,
    born: Omit<OwnRegion, 'id' | 'alive' | 'slot' | 'previous' | 'next'>,
  ): OwnRegion {
    const next = previous === undefined ? this.#first : previous.next;
    this.#regionId += 1;
    const region = { id: this.#regionId, ...born, alive: true, slot: this.#all.length, previous, next };
    if (previous === undefined) this.#first = region;
    else previous.next = region;
    if (next !== undefined) next.previous = region;
    this.#all.push(region);
    return region;
  }

  #remove(region: OwnRegion): void {
    const { previous, next, slot } = region;
    if (previous === undefined) this.#first = next;
    else previous.next = next;
    if (next !== undefined) next.previous = previous;
    const last = this.#all.pop() as OwnRegion;
    if (last !== region) {
      this.#all[slot] = last;
      last.slot = slot;
    }
    region.alive = false;
    for (const store of storesOf(region)) this.#count(store, -1);
  }

  #newPeer(store: number): Peer {
    this.#peerId += 1;
    this.#count(store, 1);
    return { id: this.#peerId, store };
  }

  #count(store: number, change: number): void {
    this.#peersOn[store] = this.peersOn(store) + change;
  }
}
