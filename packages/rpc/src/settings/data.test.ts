import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parseSettings } from '../settings.ts';
import { dataFolder, dataOf } from './data.ts';

test('each service has a subfolder in the folder that they share', () => {
  const place = mkdtempSync(join(tmpdir(), 'syncline-data-'));
  onTestFinished(() => rmSync(place, { recursive: true }));
  const spec = { service: 'nsp', table: { data: dataOf('nsp') } };
  const { data } = parseSettings({ SYNCLINE_DATA: join(place, 'deep') }, spec);
  const folder = dataFolder(data, 'nsp', 0o700);
  expect(folder).toBe(join(place, 'deep', 'nsp'));
  expect(statSync(folder).mode & 0o777).toBe(0o700);
});

test('a folder that cannot be had is told with the setting', () => {
  expect(() => dataFolder('/proc/syncline', 'nsp')).toThrow(
    'cannot use the folder /proc/syncline/nsp: /proc takes no folders; set SYNCLINE_DATA to another place',
  );
});
