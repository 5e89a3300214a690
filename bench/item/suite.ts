// Items that are measured at the same contenders, and where these come from.

import type { Toolbox } from '../../test/interop/tools/toolbox.ts';
import type { ContenderName } from '../options.ts';
import type { Item, Named } from './item.ts';

export interface Suite<Contender extends Named> {
  readonly items: readonly Item<Contender>[];
  /** Those whose loss of anything is a failure of the benchmark. */
  readonly answerable: readonly Contender['name'][];
  /** Those of `only` that can be had here; tells of the others why not. It may download and build, for minutes. */
  contenders(
    only: ReadonlySet<ContenderName>,
    toolbox: Toolbox,
    skipped: (contender: Contender['name'], reason: string) => void,
  ): Promise<readonly Contender[]>;
}
