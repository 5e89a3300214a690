// PEM files, read with errors that say which file. Node takes from a file of authorities what it can read and says
// nothing of the rest, so a half-written one would shut out whom it should let in: it is read here first.

import { X509Certificate } from 'node:crypto';
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

const certificateLabel = 'CERTIFICATE';
// A line that breaks off within is one as well, so that a file cut there is seen to be cut.
const boundary = /-----(BEGIN|END) ([^\r\n-]*)(?:-----)?/g;

/**
 * The bytes of a file of certificates; what else is in it, such as a key, is let be. Throws PemError when it cannot be
 * read, holds no certificate, one that cannot be parsed, or a block that does not end.
 */
export function readCertificates(path: string): Buffer {
  const bytes = readPem(path);
  const certificates = blocksOf(path, bytes.toString('latin1')).filter(
    ({ label }) => label === certificateLabel,
  );
  if (certificates.length === 0) throw new PemError(path, 'holds no certificate');
  for (const [index, { text }] of certificates.entries()) {
    try {
      new X509Certificate(text);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new PemError(path, `certificate ${index + 1} cannot be read: ${why}`, { cause: error });
    }
  }
  return bytes;
}

interface PemBlock {
  readonly label: string;
  /** From its BEGIN to its END. */
  readonly text: string;
}

function blocksOf(path: string, text: string): PemBlock[] {
  const blocks: PemBlock[] = [];
  let open: { readonly label: string; readonly start: number } | undefined;
  for (const { 0: line, 1: kind, 2: label = '', index } of text.matchAll(boundary)) {
    if (kind === 'BEGIN') {
      if (open !== undefined) break;
      open = { label, start: index };
    } else if (open === undefined) {
      throw new PemError(path, `END ${label} has no BEGIN`);
    } else {
      if (open.label !== label) break;
      blocks.push({ label, text: text.slice(open.start, index + line.length) });
      open = undefined;
    }
  }
  if (open !== undefined) throw new PemError(path, `BEGIN ${open.label} has no END`);
  return blocks;
}
