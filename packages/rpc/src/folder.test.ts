import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FolderError, makeFolder } from './folder.ts';

let place: string;

beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'syncline-folder-'));
});

afterEach(() => rmSync(place, { recursive: true }));

const modeOf = (path: string) => statSync(path).mode & 0o777;

test('a folder is made with all that is missing above it, and a path from here is taken too', () => {
  const folder = join(place, 'a', 'b', 'c');
  expect(makeFolder(relative(process.cwd(), folder), 'SYNCLINE_DATA', 0o700)).toBe(folder);
  expect([modeOf(folder), modeOf(join(place, 'a'))]).toEqual([0o700, 0o700]);
});

test('a folder that is there stays as it is', () => {
  const folder = join(place, 'data');
  mkdirSync(folder, 0o750);
  makeFolder(folder, 'SYNCLINE_DATA', 0o700);
  expect(modeOf(folder)).toBe(0o750);
});

test.each(['/proc/syncline/nsp', '/proc/self/syncline', '/proc/syncline'])(
  'where there can be no folders, such as %s, that is said at once',
  (path) => {
    expect(() => makeFolder(path, 'SYNCLINE_DATA')).toThrow(
      /^cannot use the folder \/proc\/\S+: \/proc\S* takes no folders; set SYNCLINE_DATA to another place$/,
    );
  },
);

test.each(['file', 'file/below', 'file/far/below', 'link', 'link/below'])(
  'a path with something else in its way, as %s has, is refused',
  (path) => {
    writeFileSync(join(place, 'file'), '');
    symlinkSync('nowhere', join(place, 'link'));
    const wrong = () => makeFolder(join(place, path), 'SYNCLINE_TAP_STATE');
    expect(wrong).toThrow(FolderError);
    expect(wrong).toThrow(/: .*\/(?:file is no folder|link'?); set SYNCLINE_TAP_STATE to another place$/);
  },
);
