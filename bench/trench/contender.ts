// What is measured of the tap and its neighbours, and beside what.

/** F and ours: what is measured, in this order, in each run. */
export type Contender =
  /** The floor: the least that any implementation would have to do; each item says what that is. */
  | { readonly name: 'F' }
  /** The services as they are deployed. */
  | { readonly name: 'ours' };
