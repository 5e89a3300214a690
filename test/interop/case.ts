// What a file in cases/ exports: rows that each run alone, on processes of their own.

import type { CaseContext } from './context.ts';
import type { ToolName } from './tools/toolbox.ts';

/** One row of the report. */
export interface InteropCase {
  readonly name: string;
  /** What must be had; a case that lacks one of them is skipped with the reason. */
  readonly needs: readonly ToolName[];
  /** Bound of the whole case, 60 by default. */
  readonly seconds?: number;
  /** Rows beside each other with the same word here run at the same time; for those that wait more than they work. */
  readonly atOnce?: string;
  /** Passes when it resolves. Whatever it started through the context is stopped afterwards. */
  run(context: CaseContext): Promise<void>;
}
