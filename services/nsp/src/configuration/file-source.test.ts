import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type TempDir, tempDir } from '@syncline/testkit/temp-dir.ts';
import { until } from '@syncline/testkit/wait.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FileSource } from './file-source.ts';

let directory: TempDir;
let file: string;

beforeEach(async () => {
  directory = await tempDir('configuration');
  file = join(directory.path, 'trench.yaml');
});
afterEach(() => directory[Symbol.asyncDispose]());

test('the text of a file, up to the bound', async () => {
  writeFileSync(file, 'é'.repeat(5));
  expect(await new FileSource(file, 10).read()).toEqual({ kind: 'text', text: 'ééééé' });
  expect(await new FileSource(file, 9).read()).toEqual({
    kind: 'nothing',
    reason: `${file}: longer than 9 bytes (SYNCLINE_NSP_CONFIGURATION_SIZE)`,
  });
});

test.each([
  ['nothing', () => {}, 'there is no such file'],
  ['a directory', () => mkdirSync(file), /directory|no file/],
  ['a pipe', () => execFileSync('mkfifo', [file]), 'it is no file'],
  ['no UTF-8', () => writeFileSync(file, Buffer.from([0xff, 0xfe])), 'it is no UTF-8'],
  ['a link to itself', () => symlinkSync(file, file), /ELOOP/],
] as const)('%s is told as such, and reading it ends', async (_, make, reason) => {
  make();
  const found = await new FileSource(file, 1_000).read();
  expect(found).toMatchObject({ kind: 'nothing', reason: expect.stringMatching(reason) as string });
});

test.skipIf(process.getuid?.() === 0)('a file that may not be read is told as such', async () => {
  writeFileSync(file, '');
  chmodSync(file, 0);
  expect(await new FileSource(file, 10).read()).toMatchObject({ reason: `${file}: it may not be read` });
});

/** Counts what is told of while something is done to the file. */
async function toldOf(act: () => void): Promise<void> {
  let told = 0;
  using watch = new FileSource(file, 1_000).watch(() => told++);
  expect(watch).toBeDefined();
  act();
  await until(() => told > 0, { deadlineMs: 5_000, describe: 'a change being told' });
}

test('a file that is written, replaced or removed is told of', async () => {
  writeFileSync(file, 'a');
  await toldOf(() => writeFileSync(file, 'b'));
  await toldOf(() => {
    writeFileSync(`${file}.new`, 'c');
    renameSync(`${file}.new`, file);
  });
  await toldOf(() => rmSync(file));
});

test('a mounted ConfigMap is told of when the link to its data is replaced', async () => {
  const { path } = directory;
  for (const version of ['..1', '..2']) {
    mkdirSync(join(path, version));
    writeFileSync(join(path, version, 'trench.yaml'), version);
  }
  symlinkSync('..1', join(path, '..data'));
  symlinkSync('..data/trench.yaml', file);
  await toldOf(() => {
    symlinkSync('..2', join(path, '..data_tmp'));
    renameSync(join(path, '..data_tmp'), join(path, '..data'));
  });
  expect(await new FileSource(file, 1_000).read()).toEqual({ kind: 'text', text: '..2' });
});

test('what happens to the neighbours of a file is not told of; a rename over the file is', async () => {
  writeFileSync(file, 'a');
  let told = 0;
  using _ = new FileSource(file, 1_000).watch(() => told++);
  const neighbour = join(directory.path, 'nsp.log');
  for (let line = 0; line < 20; line++) appendFileSync(neighbour, 'line\n');
  // Events come in order, and this one is the only one that names the file.
  renameSync(neighbour, file);
  await until(() => told > 0, { deadlineMs: 5_000, describe: 'the rename being told' });
  expect(told).toBe(1);
});

test('without a directory nothing can be told', () => {
  expect(new FileSource(join(directory.path, 'none', 'trench.yaml'), 10).watch(() => {})).toBeUndefined();
});
