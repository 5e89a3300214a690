import { settingsOnPage, settingsToShow } from '@syncline/rpc/settings/page.fixture.ts';
import { parseSettings } from '@syncline/rpc/settings.ts';
import { expect, test } from 'vitest';
import { allocatorSettings, contradictions, settings } from './config.ts';
import { usualLayouts } from './tree/layout.fixture.ts';

const parse = (env: Readonly<Record<string, string>>) => parseSettings(env, settings);

test("without settings prefixes are cut as Meridio's, and conduits are made on first use", () => {
  const config = parse({});
  expect(contradictions(config)).toEqual([]);
  expect([config.nsp, config.trench]).toEqual([undefined, undefined]);
  expect(allocatorSettings(config)).toMatchObject({
    layouts: usualLayouts,
    families: ['ipv4', 'ipv6'],
    releaseDelayMs: 20_000,
    staleMs: 2_400_000,
    collectEveryMs: 7_200_000,
    keptNames: new Set(['bridge']),
  });
});

test('settings that do not fit together are all named', () => {
  const config = parse({
    SYNCLINE_IPAM_IPV4_PREFIX: '10.0.0.1/16',
    SYNCLINE_IPAM_IPV4_NODE: '20',
    SYNCLINE_IPAM_IPV6_CHILD: '65',
    SYNCLINE_IPAM_RETRY: '6s',
    SYNCLINE_IPAM_TLS_CLIENT_CA: 'ca.pem',
    SYNCLINE_IPAM_NEIGHBOUR_KEY: 'k.pem',
  });
  expect(contradictions(config)).toEqual([
    '10.0.0.1/16 has host bits: it should be 10.0.0.0/16',
    'the node length 20 must be above the conduit length 20 (ipv4)',
    'the child length 65 must be at least 2 above the node length 64 (ipv6)',
    'SYNCLINE_IPAM_TLS_CLIENT_CA needs SYNCLINE_IPAM_TLS_CERT',
    'SYNCLINE_IPAM_NEIGHBOUR_CERT and SYNCLINE_IPAM_NEIGHBOUR_KEY need each other',
    'SYNCLINE_IPAM_RETRY is above SYNCLINE_IPAM_RETRY_MAX: 6000 ms and 5000 ms',
  ]);
});

test.for([
  ['IPV4_PREFIX', 'fd00::/48', 'expected an ipv4 prefix, not one of ipv6'],
  ['IPV6_PREFIX', 'fd00::', 'it has no prefix length'],
  ['NSP', 'nsp', 'expected host:port'],
  ['FAILPOINTS', 'nowhere=kill', '"nowhere" is not a failpoint'],
  ['FAMILIES', 'both', 'expected one of dual, ipv4, ipv6'],
] as const)('SYNCLINE_IPAM_%s=%s is refused', ([name, value, problem]) => {
  expect(() => parse({ [`SYNCLINE_IPAM_${name}`]: value })).toThrow(problem);
});

test('the settings of docs/ipam.md are these', () => {
  expect(settingsOnPage('ipam')).toEqual(settingsToShow(settings));
});
