import { settingsOnPage, settingsToShow } from '@syncline/rpc/settings/page.fixture.ts';
import { parseSettings } from '@syncline/rpc/settings.ts';
import { expect, test } from 'vitest';
import { contradictions, keeperLimits, patienceOf, settings } from './config.ts';

const parse = (env: Readonly<Record<string, string>>) => parseSettings(env, settings);

test('without settings the NSP of this machine is followed', () => {
  const config = parse({});
  expect(contradictions(config)).toEqual([]);
  expect(config).toMatchObject({ nsp: '127.0.0.1:7778', port: 7_781, adminPort: 8_410 });
  expect(keeperLimits(config)).toEqual({
    maxFlows: 10_000,
    maxStreams: 1_000,
    maxSlots: 20_000_000,
    sliceMs: 5,
    workMs: 60_000,
  });
  expect(patienceOf(config)).toMatchObject({ firstMs: 5_000, retry: { initialMs: 200, maxMs: 5_000 } });
});

test('what does not fit together is all named', () => {
  const given = {
    SYNCLINE_LOAD_BALANCER_RETRY: '6s',
    SYNCLINE_LOAD_BALANCER_TLS_KEY: 'k.pem',
    SYNCLINE_LOAD_BALANCER_NEIGHBOUR_CERT: 'c.pem',
  };
  expect(contradictions(parse(given))).toEqual([
    'SYNCLINE_LOAD_BALANCER_TLS_CERT and SYNCLINE_LOAD_BALANCER_TLS_KEY need each other',
    'SYNCLINE_LOAD_BALANCER_NEIGHBOUR_CERT and SYNCLINE_LOAD_BALANCER_NEIGHBOUR_KEY need each other',
    'SYNCLINE_LOAD_BALANCER_RETRY is above SYNCLINE_LOAD_BALANCER_RETRY_MAX: 6000 ms and 5000 ms',
  ]);
});

test.each(['nsp', 'nsp:0', 'nsp:65536', 'http://nsp:7778', '2001:db8::1:7778', 'nsp:7778/'])(
  'the address %s is named with its setting',
  (address) => {
    expect(() => parse({ SYNCLINE_LOAD_BALANCER_NSP: address })).toThrow(
      `SYNCLINE_LOAD_BALANCER_NSP=${address}: expected host:port such as 10.0.0.1:7778`,
    );
  },
);

test('the settings of docs/load-balancer.md are these', () => {
  expect(settingsOnPage('load-balancer')).toEqual(settingsToShow(settings));
});
