// What a replica reads back from its store.

/** How far the loading has come: first the regions of the generation, then the records after it. */
export interface Loading {
  readonly step: 'regions' | 'records';
  readonly done: number;
  readonly total: number;
}
