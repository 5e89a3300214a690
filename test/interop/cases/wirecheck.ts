// Our .proto files against the descriptors inside the published Go stubs.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { InteropCase } from '../case.ts';

const INTEROP = join(import.meta.dirname, '..');
const DESCRIPTORS = join(INTEROP, '..', '..', 'proto', 'gen', 'suite.binpb');
const GOLDEN = join(INTEROP, '..', 'wire', 'golden.jsonl');
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
  'ambassador.v1',
  'nsp.v1',
  'ipam.v1',
  'loadbalancer.v1',
  'networkservice',
  'connection',
  'connectioncontext',
];

export const cases: readonly InteropCase[] = [
  {
    name: 'wire check: every package that others publish too agrees with their stubs',
    needs: ['wirecheck'],
    async run(context) {
      const { code, stdout, stderr } = await context.run('wirecheck', ['-descriptors', DESCRIPTORS]);
      assert.equal(code, 0, stdout + stderr);
      const agreed = stdout.split('\n').map((line) => /^ok (\S+):/.exec(line)?.[1]);
      for (const pkg of PACKAGES) assert.ok(agreed.includes(pkg), `${pkg} is not in\n${stdout}`);
    },
  },
  {
    name: "wire check: the golden bytes are those of Meridio's and NSM's stubs",
    needs: ['meridio'],
    async run(context) {
      const { code, stdout, stderr } = await context.run('meridio', ['golden']);
      assert.equal(code, 0, stderr);
      assert.equal(stdout, await readFile(GOLDEN, 'utf8'), `${GOLDEN} is not what \`meridio golden\` prints`);
    },
  },
  {
    name: 'wire check: its own tests, and those of our Go programs',
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
