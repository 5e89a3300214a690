// A walk through the regions in the order of their keys, while they change around it.

import type { Region } from './region.ts';
import type { World } from './world.ts';

/**
 * Gives every region that is alive from its beginning to its end exactly once. One that was split off or merged
 * meanwhile may be left out or come with its new range: whoever changed it has to tell of it.
 */
export class Walk {
  #at: Region | undefined;

  constructor(world: World) {
    this.#at = world.first;
  }

  /** The next region; undefined at the end. */
  next(): Region | undefined {
    let region = this.#at;
    while (region !== undefined && !region.alive) region = region.next;
    this.#at = region?.next;
    return region;
  }
}
