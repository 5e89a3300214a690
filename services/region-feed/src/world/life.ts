// What happens in a world, one step at a time. The same seed gives the same life, however fast it is lived.

import { integer, pick, type Rng } from '@syncline/runtime/rng.ts';
import { randomFlow } from './flow.ts';
import { draw, type Mix, type Operation } from './mix.ts';
import { type Region, storesOf } from './region.ts';
import { Walk } from './walk.ts';
import type { World } from './world.ts';

/** One thing that happened, and the regions whose leaders have something to say about it. */
export interface Step {
  readonly operation: Operation;
  readonly regions: readonly Region[];
}

/** How far the number of regions may stray from where it began. */
const STRAY = 0.1;

/** Narrower regions are not split: their quarter is no position. */
const LEAST_WIDTH = 4;

/** The life of one world. */
export class Life {
  readonly #world: World;
  readonly #mix: Mix;
  readonly #rng: Rng;
  readonly #fewest: number;
  readonly #most: number;
  #round: Walk;

  constructor(world: World, mix: Mix, rng: Rng) {
    this.#world = world;
    this.#mix = mix;
    this.#rng = rng;
    this.#fewest = Math.ceil(world.size * (1 - STRAY));
    this.#most = Math.floor(world.size * (1 + STRAY)) + 1;
    this.#round = new Walk(world);
  }

  /**
   * Lets the next thing happen. What cannot happen to the region drawn, such as a split of one that is too narrow, is
   * a `repeat` of it instead; a split in a world that has its most regions is a merge, and the other way round.
   */
  step(): Step {
    const operation = this.#possible(draw(this.#mix, this.#rng));
    if (operation === 'repeat') return { operation, regions: [this.#nextInRound()] };
    const region = this.#world.pick(this.#rng);
    const regions = this.#perform(operation, region);
    return regions === undefined ? { operation: 'repeat', regions: [region] } : { operation, regions };
  }

  #possible(operation: Operation): Operation {
    if (operation === 'split' && this.#world.size >= this.#most) return 'merge';
    if (operation === 'merge' && this.#world.size <= this.#fewest) return 'split';
    return operation;
  }

  #perform(operation: Exclude<Operation, 'repeat'>, region: Region): readonly Region[] | undefined {
    switch (operation) {
      case 'flow':
        this.#world.setFlow(region, randomFlow(this.#rng));
        return [region];
      case 'leader':
        return this.#moveLeader(region);
      case 'peer':
        return this.#replacePeer(region);
      case 'split':
        return this.#split(region);
      case 'merge':
        return this.#merge(region);
    }
  }

  #moveLeader(region: Region): readonly Region[] | undefined {
    const followers = region.peers.filter((peer) => peer !== region.leader);
    if (followers.length === 0) return undefined;
    this.#world.moveLeader(region, pick(this.#rng, followers));
    return [region];
  }

  #replacePeer(region: Region): readonly Region[] | undefined {
    const followers = region.peers.filter((peer) => peer !== region.leader);
    if (followers.length === 0) return undefined;
    const leaving = pick(this.#rng, followers);
    const taken = storesOf(region);
    const free = Array.from({ length: this.#world.stores }, (_, index) => index + 1).filter(
      (store) => !taken.includes(store),
    );
    // Where every store has a peer already, the new one takes the old one's place.
    this.#world.replacePeer(region, leaving, free.length > 0 ? pick(this.#rng, free) : leaving.store);
    return [region];
  }

  #split(region: Region): readonly Region[] | undefined {
    const width = region.end - region.start;
    if (width < LEAST_WIDTH) return undefined;
    // Between the first and the third quarter: borders that are drawn freely would soon leave slivers.
    const at = region.start + Math.floor(width * (0.25 + this.#rng.next() / 2));
    const side = integer(this.#rng, 2) === 0 ? 'left' : 'right';
    return [region, this.#world.split(region, at, side)];
  }

  #merge(region: Region): readonly Region[] | undefined {
    const neighbours = [region.previous, region.next].filter((each) => each !== undefined);
    if (neighbours.length === 0) return undefined;
    const survivor = pick(this.#rng, neighbours);
    this.#world.merge(region, survivor);
    return [survivor];
  }

  /** Every region has its turn, as with stores that repeat themselves every minute. */
  #nextInRound(): Region {
    const region = this.#round.next();
    if (region !== undefined) return region;
    this.#round = new Walk(this.#world);
    return this.#round.next() ?? this.#world.first;
  }
}
