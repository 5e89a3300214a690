// A directory that lives as long as its scope.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A directory of its own; disposing removes it with all it holds. */
export interface TempDir extends AsyncDisposable {
  readonly path: string;
}

/** Makes an empty directory under the system's temporary directory; `label` makes its name readable. */
export async function tempDir(label = 'test'): Promise<TempDir> {
  const path = await mkdtemp(join(tmpdir(), `syncline-${label}-`));
  return {
    path,
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, maxRetries: 3 }),
  };
}
