import { settingsOnPage, settingsToShow } from '@syncline/rpc/settings/page.fixture.ts';
import { parseSettings } from '@syncline/rpc/settings.ts';
import { expect, test } from 'vitest';
import { contradictions, feedSettings, settings } from './config.ts';

const parse = (env: Readonly<Record<string, string>>) => parseSettings(env, settings);

test('without settings three stores tell the region syncer of a thousand regions', () => {
  const config = parse({});
  expect(contradictions(config)).toEqual([]);
  expect(feedSettings(config)).toMatchObject({
    pd: ['127.0.0.1:3379'],
    world: { regions: 1_000, stores: 3, replicas: 3 },
    run: { rate: 200, keyBytes: 64, storeHeartbeatMs: 10_000 },
  });
});

test('settings that do not fit together are all named', () => {
  const config = parse({
    SYNCLINE_REGION_FEED_STORES: '2',
    SYNCLINE_REGION_FEED_RETRY: '5s',
    ...Object.fromEntries(
      ['REPEAT', 'FLOW', 'LEADER', 'PEER', 'SPLIT', 'MERGE'].map((name) => [
        `SYNCLINE_REGION_FEED_${name}`,
        '0',
      ]),
    ),
  });
  expect(contradictions(config)).toEqual([
    'SYNCLINE_REGION_FEED_REPLICAS is above SYNCLINE_REGION_FEED_STORES: 3 and 2',
    expect.stringMatching(/^one of SYNCLINE_REGION_FEED_REPEAT, .*_MERGE must be above 0$/),
    'SYNCLINE_REGION_FEED_RETRY is above SYNCLINE_REGION_FEED_RETRY_MAX: 5000 ms and 3000 ms',
  ]);
});

test('an address that is none is named with its setting', () => {
  expect(() => parse({ SYNCLINE_REGION_FEED_PD: 'pd:2379,pd' })).toThrow(
    /SYNCLINE_REGION_FEED_PD=pd:2379,pd: expected host:port .* not "pd"/,
  );
});

test('the settings of docs/region-feed.md are these', () => {
  expect(settingsOnPage('region-feed')).toEqual(settingsToShow(settings));
});
