import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tempDir } from './temp-dir.ts';

test('a temporary directory goes with its scope, files included', async () => {
  let path: string;
  {
    await using dir = await tempDir('scope');
    path = dir.path;
    await writeFile(join(path, 'file'), 'content');
    expect(existsSync(path)).toBe(true);
  }
  expect(existsSync(path)).toBe(false);
});

test('two temporary directories never share a path', async () => {
  await using one = await tempDir();
  await using other = await tempDir();
  expect(one.path).not.toBe(other.path);
});
