import { expect, test } from 'vitest';
import { childSettings } from '../../scripts/up/child-settings.ts';
import type { UpService } from '../../scripts/up/service-table.ts';

const follower: UpService = {
  name: 'region-follower-1',
  service: 'region-syncer',
  hasOwnData: true,
  settings: (leader = '') => ({ LEADER: leader, PORT: '3389' }),
};

test("a process's own name goes before what make up chooses, and that before the service's name", () => {
  const { env } = childSettings(follower, ['127.0.0.1:9'], {
    SYNCLINE_DATA: '/data',
    SYNCLINE_REGION_SYNCER_PORT: '1',
    SYNCLINE_REGION_SYNCER_LOG_LEVEL: 'debug',
    SYNCLINE_REGION_FOLLOWER_1_ADMIN_PORT: '0',
    SYNCLINE_REGION_FOLLOWER_2_LEADER: 'not for it',
  });
  expect(env).toMatchObject({
    SYNCLINE_DATA: '/data/region-follower-1',
    SYNCLINE_REGION_SYNCER_LEADER: '127.0.0.1:9',
    SYNCLINE_REGION_SYNCER_PORT: '3389',
    SYNCLINE_REGION_SYNCER_ADMIN_PORT: '0',
    SYNCLINE_REGION_SYNCER_LOG_LEVEL: 'debug',
  });
  const moved = childSettings(follower, [], { SYNCLINE_REGION_FOLLOWER_1_PORT: '5' });
  expect(moved.env['SYNCLINE_REGION_SYNCER_PORT']).toBe('5');
});

test('a setting of a service that is started by its own name keeps its value and its name', () => {
  const feed = { name: 'region-feed', service: 'region-feed', settings: () => ({ RATE: '50' }) };
  const { env, named } = childSettings(feed, [], { SYNCLINE_DATA: '/data', SYNCLINE_REGION_FEED_RATE: '9' });
  expect(env).toEqual({ SYNCLINE_DATA: '/data', SYNCLINE_REGION_FEED_RATE: '9' });
  expect(named('SYNCLINE_REGION_FEED_RATE=9: no')).toBe('SYNCLINE_REGION_FEED_RATE=9: no');
});

test('an error names the variable that would change it', () => {
  const { named } = childSettings(follower, [], {
    SYNCLINE_REGION_SYNCER_PORT: '1',
    SYNCLINE_REGION_SYNCER_LOG_LEVEL: 'loud',
  });
  expect(named('set SYNCLINE_REGION_SYNCER_PORT')).toBe('set SYNCLINE_REGION_FOLLOWER_1_PORT');
  expect(named('set SYNCLINE_REGION_SYNCER_SILENCE')).toBe('set SYNCLINE_REGION_FOLLOWER_1_SILENCE');
  expect(named('SYNCLINE_REGION_SYNCER_LOG_LEVEL=loud')).toBe('SYNCLINE_REGION_SYNCER_LOG_LEVEL=loud');
});
