// The path of the unix socket before it is bound. A process that was killed leaves its socket behind, which would be
// refused as taken for ever; one that is served is somebody's and stays.

import { chmod, lstat, unlink } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { makeFolder } from '@syncline/rpc/folder.ts';

const unixSocketVariable = 'SYNCLINE_TAP_UNIX_SOCKET';

/** The path holds something that must not be removed. */
export class SocketPathError extends Error {
  override name = 'SocketPathError';
  readonly path: string;

  constructor(path: string, problem: string, options?: ErrorOptions) {
    super(`cannot serve on ${path}: ${problem}; set ${unixSocketVariable} to another path`, options);
    this.path = path;
  }
}

/** sun_path of Linux has 108 bytes, the last of which is 0; a longer path would be cut short without a word. */
export const longestSocketPath = 107;

/**
 * Makes the folder, and removes a socket that nobody serves. Rejects with SocketPathError when another process serves on
 * it, when it is no socket, or when it is too long; with FolderError when there can be no folder for it.
 */
export async function claimSocketPath(path: string, signal: AbortSignal): Promise<void> {
  const bytes = Buffer.byteLength(path);
  if (bytes > longestSocketPath)
    throw new SocketPathError(
      path,
      `it is ${bytes} bytes long, above the ${longestSocketPath} of a unix socket`,
    );
  makeFolder(dirname(path), unixSocketVariable);
  const found = await lstat(path).catch(unlessMissing);
  if (found === undefined) return;
  if (!found.isSocket()) throw new SocketPathError(path, 'something that is no socket is there');
  if (await isServed(path, signal)) throw new SocketPathError(path, 'another process serves on it');
  await unlink(path).catch(unlessMissing);
}

/** Lets in whom `mode` lets in; needs the socket to be bound. */
export async function openSocketTo(path: string, mode: number): Promise<void> {
  await chmod(path, mode);
}

function isServed(path: string, signal: AbortSignal): Promise<boolean> {
  const { promise, resolve, reject } = Promise.withResolvers<boolean>();
  const socket = connect({ path, signal });
  socket.once('connect', () => resolve(true));
  socket.once('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT') resolve(false);
    else reject(new SocketPathError(path, error.message, { cause: error }));
  });
  return promise.finally(() => socket.destroy());
}

function unlessMissing(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
  throw error;
}
