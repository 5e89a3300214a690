import { expect, test } from 'vitest';
import { parseSettings } from '../settings.ts';
import { failpoints } from './failpoints.ts';

const spec = { service: 'nsp', table: { failpoints: failpoints(['commit', 'probe']) } };
const read = (given: string) => parseSettings({ SYNCLINE_NSP_FAILPOINTS: given }, spec);

test('a specification is kept as it is written, and there is none unless given', () => {
  expect(read('commit=kill@3;probe=error')).toEqual({ failpoints: 'commit=kill@3;probe=error' });
  expect(parseSettings({}, spec)).toEqual({ failpoints: '' });
});

test('all that is wrong with one is told with the setting', () => {
  expect(() => read('comit=kill;probe=burn')).toThrow(
    'SYNCLINE_NSP_FAILPOINTS=comit=kill;probe=burn: "comit" is not a failpoint (commit, probe); "probe=burn": "burn" is not an action',
  );
});
