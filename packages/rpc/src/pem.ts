// PEM files, read with errors that say which file.

import { readFileSync } from 'node:fs';

/** A certificate or key file that cannot be used. */
export class PemError extends Error {
  override readonly name = 'PemError';
  readonly path: string;

  constructor(path: string, why: string, options?: ErrorOptions) {
    super(`${path}: ${why}`, options);
    this.path = path;
  }
}

/** The file's bytes; throws PemError when it cannot be read or holds no PEM. */
export function readPem(path: string): Buffer {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new PemError(path, error instanceof Error ? error.message : String(error), { cause: error });
  }
  if (!bytes.includes('-----BEGIN ')) throw new PemError(path, 'holds no PEM block');
  return bytes;
}
