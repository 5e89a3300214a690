// A file as a source. Its directory is watched, not the file: editors and Kubernetes replace files, and a mounted
// ConfigMap replaces what a link in that directory leads to. Unless the file is such a link, only events with its name,
// that of the directory itself or none count.

import { constants, lstatSync, watch } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { ConfigurationSource, Found } from './source.ts';

/** The file at `path`, of which more than `maxBytes` are refused. */
export class FileSource implements ConfigurationSource {
  readonly path: string;
  readonly #maxBytes: number;

  constructor(path: string, maxBytes: number) {
    this.path = path;
    this.#maxBytes = maxBytes;
  }

  async read(): Promise<Found> {
    try {
      return { kind: 'text', text: await this.#text() };
    } catch (error) {
      return { kind: 'nothing', reason: `${this.path}: ${reasonOf(error)}` };
    }
  }

  watch(changed: () => void): Disposable | undefined {
    const directory = dirname(this.path);
    const names: readonly (string | null)[] = [null, basename(this.path), basename(directory)];
    let isLink = true;
    try {
      const watcher = watch(directory, { persistent: false }, (_, name) => {
        if (isLink || names.includes(name)) changed();
      });
      // Looked at below the watch: a link that takes the file's place from now on has the file's name.
      isLink = mayBeLink(this.path);
      // A directory that goes away, or too many watches: polling goes on.
      watcher.on('error', () => watcher.close());
      return { [Symbol.dispose]: () => watcher.close() };
    } catch {
      return undefined;
    }
  }

  async #text(): Promise<string> {
    // Without waiting, which opening a pipe would do.
    await using file = await open(this.path, constants.O_RDONLY | constants.O_NONBLOCK);
    if (!(await file.stat()).isFile()) throw new Error('it is no file');
    // The byte more than allowed tells a file that is too long.
    const bytes = Buffer.allocUnsafe(this.#maxBytes + 1);
    let length = 0;
    while (length < bytes.length) {
      const { bytesRead } = await file.read(bytes, length, bytes.length - length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    if (length > this.#maxBytes) {
      throw new Error(`longer than ${this.#maxBytes} bytes (SYNCLINE_NSP_CONFIGURATION_SIZE)`);
    }
    return utf8.decode(bytes.subarray(0, length));
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function mayBeLink(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
  } catch {
    return true;
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (!('code' in error)) return error.message;
  switch (error.code) {
    case 'ENOENT':
      return 'there is no such file';
    case 'EACCES':
      return 'it may not be read';
    case 'EISDIR':
      return 'it is a directory';
    case 'ERR_ENCODING_INVALID_ENCODED_DATA':
      return 'it is no UTF-8';
    default:
      return error.message;
  }
}
