// Our .proto files against the descriptors inside the published Go stubs.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { InteropCase } from '../case.ts';

const INTEROP = join(import.meta.dirname, '..');
const DESCRIPTORS = join(INTEROP, '..', '..', 'proto', 'gen', 'suite.binpb');
const PACKAGES = [
  'gnmi',
  'gnmi_ext',
  'data',
  'schema',
  'pdpb',
  'metapb',
  'eraftpb',
  'encryptionpb',
  'replication_modepb',
];

export const cases: readonly InteropCase[] = [
  {
    name: 'wire check: every package that others publish too agrees with their stubs',
    needs: ['wirecheck'],
    async run(context) {
      const { code, stdout, stderr } = await context.run('wirecheck', ['-descriptors', DESCRIPTORS]);
      assert.equal(code, 0, stdout + stderr);
      for (const pkg of PACKAGES) assert.match(stdout, new RegExp(`^ok ${pkg}:`, 'm'));
    },
  },
  {
    name: "wire check: its own tests, and sink's",
    needs: ['go'],
    seconds: 300,
    async run(context) {
      const { code, stdout, stderr } = await context.run('go', ['test', '-buildvcs=false', './...'], {
        cwd: INTEROP,
        nice: true,
      });
      assert.equal(code, 0, stdout + stderr);
    },
  },
];
