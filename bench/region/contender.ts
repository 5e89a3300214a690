// Who keeps regions in step while something is measured.

import type { ToolName } from '../../test/interop/tools/toolbox.ts';

/** Where the programs of PD are, by name. */
export type PdPrograms = ReadonlyMap<ToolName, string>;

/** R, P and ours: what is measured, in this order, in each run. */
export type Contender =
  /** Our leader and a client that throws away what it is sent. */
  | { readonly name: 'R' }
  /** PD's leader and followers. */
  | { readonly name: 'P'; readonly programs: PdPrograms }
  /** Our leader and followers, each as it is deployed. */
  | { readonly name: 'ours' };
