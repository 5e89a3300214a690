// The file in which the desired streams outlive the process. It is replaced whole: another process, or this one after a
// kill, finds the list as it was before a save or after it, never a part.

import { open, readFile, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { MalformedError } from '@syncline/trench/malformed-error.ts';
import { checkName } from '@syncline/trench/name.ts';
import type { StreamName } from '@syncline/trench/stream-name.ts';

const version = 1;

/** The state file cannot be used: it cannot be read, was damaged, or was not written by this service. */
export class StateFileError extends Error {
  override name = 'StateFileError';
  readonly path: string;

  constructor(path: string, problem: string, options?: ErrorOptions) {
    super(`the state file ${path} ${problem}; repair it, or remove it to start without streams`, options);
    this.path = path;
  }
}

/** What a file may hold. */
export interface StateLimits {
  /** Streams; a file with more is refused. */
  readonly streams: number;
  /** Bytes; a longer file is refused unread. */
  readonly bytes: number;
}

/**
 * The streams of the file, in the order of their Opens; none when there is no file. Rejects with StateFileError for one
 * that cannot be read, is malformed or too long, or lists streams of two trenches.
 */
export async function readState(path: string, limits: StateLimits): Promise<readonly StreamName[]> {
  let text: string;
  try {
    const { size } = await stat(path);
    if (size > limits.bytes)
      throw new StateFileError(path, `is ${size} bytes long, above the ${limits.bytes} allowed`);
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof StateFileError || !(error instanceof Error)) throw error;
    if ('code' in error && error.code === 'ENOENT') return [];
    throw new StateFileError(path, `cannot be read: ${error.message}`, { cause: error });
  }
  return parse(path, text, limits);
}

/** Replaces the file; when this resolves the new list is on disk. Rejects with what the file system says. */
export async function writeState(path: string, streams: readonly StreamName[]): Promise<void> {
  const next = `${path}.next`;
  const content = {
    version,
    streams: streams.map(({ trench, conduit, stream }) => ({ trench, conduit, stream })),
  };
  const file = await open(next, 'w', 0o600);
  try {
    await file.writeFile(`${JSON.stringify(content, undefined, 2)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(next, path);
  // The new name is durable when its directory is.
  const directory = await open(dirname(path), 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

function parse(path: string, text: string, limits: StateLimits): readonly StreamName[] {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw new StateFileError(path, 'is not JSON', { cause: error });
  }
  if (!isRecord(content) || !Array.isArray(content['streams']))
    throw new StateFileError(path, 'has no list "streams"');
  if (content['version'] !== version)
    throw new StateFileError(path, `is of version ${String(content['version'])}, not ${version}`);
  const given: readonly unknown[] = content['streams'];
  if (given.length > limits.streams)
    throw new StateFileError(path, `lists ${given.length} streams, above the ${limits.streams} allowed`);
  const streams = given.map((each, index) => readStream(path, each, `streams[${index}]`));
  const stranger = streams.find(({ trench }) => trench !== streams[0]?.trench);
  if (stranger !== undefined)
    throw new StateFileError(
      path,
      `lists streams of two trenches, ${streams[0]?.trench} and ${stranger.trench}`,
    );
  return streams;
}

function readStream(path: string, given: unknown, place: string): StreamName {
  const name = (key: keyof StreamName): string => {
    const value = isRecord(given) ? given[key] : undefined;
    if (typeof value !== 'string') throw new StateFileError(path, `has at ${place} no ${key}`);
    try {
      return checkName(value, key);
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error;
      throw new StateFileError(path, `has at ${place} ${error.message}`, { cause: error });
    }
  };
  return { trench: name('trench'), conduit: name('conduit'), stream: name('stream') };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
