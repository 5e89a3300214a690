// scripts/proofs.ts, run on a page and a test file of its own: what it takes for a proof.

import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { tempDir } from '@syncline/testkit/temp-dir.ts';
import { expect, test } from 'vitest';

const script = fileURLToPath(new URL('../scripts/proofs.ts', import.meta.url));

/** What the script says of a row that names the test “it holds” of a file with this text; '' when nothing. */
async function complaint(source: string): Promise<string> {
  await using dir = await tempDir('proofs');
  await mkdir(`${dir.path}/docs`);
  await writeFile(`${dir.path}/docs/proofs.md`, '| 1 | it holds | `a.test.ts` “it holds” |\n');
  await writeFile(`${dir.path}/a.test.ts`, source);
  return await promisify(execFile)(process.execPath, [script], { cwd: dir.path }).then(
    () => '',
    (error: { readonly stderr: string }) => error.stderr,
  );
}

test.each([
  "test('it holds', () => {});",
  "test.skipIf(disk === undefined)(\n  'it holds', () => {});",
  "test.each([\n  ['a'],\n])(\n  'it holds', () => {});",
  "// test('it holds')\ntest('it holds', () => {});",
  "test.skip('another', () => {});\ntest('it holds', () => {});",
  "return {\n  name: 'it holds',\n};",
])('a test that runs is a proof: %j', async (source) => {
  expect(await complaint(source)).toBe('');
});

test.each([
  "test('another', () => {});",
  "expect(text).toBe(a + 'it holds');",
  "  // test('it holds', () => {});",
  "/*\ntest('it holds', () => {});\n*/",
  "test.skip('it holds', () => {});",
  "test.todo(\n  'it holds');",
  "test.skipIf(true)('it holds', () => {});",
  "test.skip.each([\n  ['a'],\n])(\n  'it holds', () => {});",
])('a test that does not run is none: %j', async (source) => {
  expect(await complaint(source)).toBe('docs/proofs.md:1: a.test.ts has no test “it holds”\n');
});
