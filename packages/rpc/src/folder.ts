// Making the folders that settings ask for. Node's own recursive mkdir is not used: where a file system takes no new
// folders, as below /proc, it never returns.

import { accessSync, constants, mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** A folder that cannot be made or written; the message has the setting that asks for it. */
export class FolderError extends Error {
  override readonly name = 'FolderError';
  readonly path: string;
  readonly setting: string;

  constructor(path: string, setting: string, cause: Error) {
    super(`cannot use the folder ${path}: ${cause.message}; set ${setting} to another place`, { cause });
    this.path = path;
    this.setting = setting;
  }
}

/**
 * Makes `path`, and what is missing above it, with `mode` less the umask; one that is there stays as it is. Gives its
 * absolute path. Throws FolderError when it cannot be made, or when this process may not write into it.
 */
export function makeFolder(path: string, setting: string, mode = 0o777): string {
  const folder = resolve(path);
  try {
    make(folder, mode);
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new FolderError(folder, setting, error instanceof Error ? error : new Error(String(error)));
  }
  return folder;
}

/** As deep as the path at the most: the root is always there. */
function make(folder: string, mode: number): void {
  if (isFolder(folder)) return;
  const above = dirname(folder);
  make(above, mode);
  try {
    mkdirSync(folder, mode);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT') throw new Error(`${above} takes no folders`, { cause: error });
    // Another process may have been faster.
    if (code !== 'EEXIST' || !isFolder(folder)) throw error;
  }
}

/** False when nothing is there; throws when something else is. */
function isFolder(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found !== undefined && !found.isDirectory()) throw new Error(`${path} is no folder`);
  return found !== undefined;
}
