import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tempDir } from '@syncline/testkit/temp-dir.ts';
import { expect, test } from 'vitest';
import { readState, StateFileError, writeState } from './state-file.ts';

const limits = { streams: 3, bytes: 1_024 };
const web = { trench: 'demo', conduit: 'edge', stream: 'web' };
const dns = { trench: 'demo', conduit: 'edge', stream: 'dns' };

test('what is written is read in the same order, and a file that is not there has no streams', async () => {
  await using dir = await tempDir('state');
  const path = join(dir.path, 'state.json');
  expect(await readState(path, limits)).toEqual([]);
  await writeState(path, [web, dns]);
  expect(await readState(path, limits)).toEqual([web, dns]);
  await writeState(path, [dns]);
  expect(await readState(path, limits)).toEqual([dns]);
  expect(await readdir(dir.path)).toEqual(['state.json']);
});

test('a write that died half way leaves the file as it was', async () => {
  await using dir = await tempDir('state');
  const path = join(dir.path, 'state.json');
  await writeState(path, [web]);
  await writeFile(`${path}.next`, '{"version":1,"str');
  expect(await readState(path, limits)).toEqual([web]);
  await writeState(path, [dns]);
  expect(await readState(path, limits)).toEqual([dns]);
});

test('what cannot be synced is not saved: the file stays as it was', async () => {
  await using dir = await tempDir('state');
  const path = join(dir.path, 'state.json');
  await writeState(path, [web]);
  // A device takes what is written, and fsync of it is EINVAL.
  await symlink('/dev/null', `${path}.next`);
  await expect(writeState(path, [dns])).rejects.toThrow('EINVAL: invalid argument, fsync');
  expect(await readState(path, limits)).toEqual([web]);
});

test.each([
  ['is not JSON', ''],
  ['has no list "streams"', '[]'],
  ['has no list "streams"', '{"version":1,"streams":{}}'],
  ['is of version 2, not 1', '{"version":2,"streams":[]}'],
  ['has at streams[0] no trench', '{"version":1,"streams":[null]}'],
  ['has at streams[0] no stream', '{"version":1,"streams":[{"trench":"demo","conduit":"edge"}]}'],
  [
    'has at streams[1] stream "a.b"',
    JSON.stringify({ version: 1, streams: [web, { ...dns, stream: 'a.b' }] }),
  ],
  [
    'lists streams of two trenches, demo and other',
    JSON.stringify({ version: 1, streams: [web, { ...dns, trench: 'other' }] }),
  ],
  ['lists 4 streams, above the 3 allowed', JSON.stringify({ version: 1, streams: Array(4).fill(web) })],
  ['is 1025 bytes long, above the 1024 allowed', ' '.repeat(1_025)],
])('a file that %s is refused and left as it is', async (problem, text) => {
  await using dir = await tempDir('state');
  const path = join(dir.path, 'state.json');
  await writeFile(path, text);
  await expect(readState(path, limits)).rejects.toThrow(StateFileError);
  await expect(readState(path, limits)).rejects.toThrow(`the state file ${path} ${problem}`);
  expect(await readFile(path, 'utf8')).toBe(text);
});

test('what cannot be read is refused with its path and why', async () => {
  await using dir = await tempDir('state');
  const path = join(dir.path, 'state.json');
  const roomy = { ...limits, bytes: 2 ** 20 };
  await mkdir(path);
  await expect(readState(path, roomy)).rejects.toThrow(StateFileError);
  await expect(readState(path, roomy)).rejects.toThrow(`the state file ${path} cannot be read: EISDIR`);
  const below = join(dir.path, 'file', 'state.json');
  await writeFile(join(dir.path, 'file'), '');
  await expect(readState(below, roomy)).rejects.toThrow(`the state file ${below} cannot be read: ENOTDIR`);
});
