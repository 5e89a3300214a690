// A self-signed certificate for this machine, and the settings with which a service uses it.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { CaseContext } from './context.ts';

const SCRIPT = join(import.meta.dirname, 'pygnmi', 'certificate.py');

/** Writes cert.pem and key.pem into `folder`; a case that uses it needs pygnmi, whose Python can make them. */
export async function tlsSettings(
  context: CaseContext,
  service: 'device' | 'datastore',
  folder: string,
): Promise<Record<string, string>> {
  const { code, stderr } = await context.run('pygnmi', [SCRIPT, folder]);
  assert.equal(code, 0, stderr);
  const prefix = `SYNCLINE_${service.toUpperCase()}_TLS`;
  return { [`${prefix}_CERT`]: join(folder, 'cert.pem'), [`${prefix}_KEY`]: join(folder, 'key.pem') };
}
