// What a leader's process leaves behind in an explored run, and the next one begins with.

import type { Chunk } from '../../log/chunk.ts';
import type { TermEnd } from '../../log/lineage.ts';

export class ModelDisk {
  /** The records from the position `first` on; the regions that those before it led to are on disk too. */
  chunks: readonly Chunk[] = [];
  first = 0;
  terms: readonly TermEnd[] = [];
  /** The newest that was seen, with or without a record. */
  maxTerm = 0;

  /** A backup. */
  copy(): ModelDisk {
    return Object.assign(new ModelDisk(), this);
  }
}
