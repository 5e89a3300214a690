import { settingsOnPage, settingsToShow } from '@syncline/rpc/settings/page.fixture.ts';
import { parseSettings } from '@syncline/rpc/settings.ts';
import { expect, test } from 'vitest';
import { contradictions, proxySettings, settings } from './config.ts';

const read = (env: Record<string, string>) =>
  parseSettings(
    Object.fromEntries(Object.entries(env).map(([name, value]) => [`SYNCLINE_PROXY_${name}`, value])),
    settings,
  );

test('the defaults serve the example trench and contradict nothing', () => {
  const config = read({});
  expect(contradictions(config)).toEqual([]);
  const { conduits } = proxySettings(config);
  expect(conduits.map(({ networkService, hopName }) => [networkService, hopName])).toEqual([
    ['proxy.edge.demo.default', 'proxy-edge-local'],
    ['proxy.core.demo.default', 'proxy-core-local'],
  ]);
  expect(conduits[0]).toMatchObject({ families: ['ipv4', 'ipv6'], expiryMs: undefined });
});

test('a connection expires when it is told so', () => {
  const { conduits } = proxySettings(read({ EXPIRY: '1m', FAMILIES: 'ipv6', CONDUITS: 'a, b' }));
  expect(conduits[1]).toMatchObject({ conduit: 'b', families: ['ipv6'], expiryMs: 60_000 });
});

test.each([
  ['CONDUITS', 'edge,core,edge', 'a name is there twice'],
  ['CONDUITS', 'edge,', 'name "": the name is empty'],
  ['TRENCH', 'a.b', 'name "a.b": a name has letters, digits, - and _'],
  ['NODE', 'a node', 'expected up to 200 letters'],
  ['NODE', 'n'.repeat(201), 'expected up to 200 letters'],
  ['FAMILIES', 'ipv5', 'expected one of dual, ipv4, ipv6'],
  ['CONNECTIONS', '0', 'expected integer 1..1000000'],
  ['RELEASE_DELAY', '20', 'expected a duration'],
  ['IPAM', 'ipam', 'expected host:port such as 10.0.0.1:7778'],
  [
    'FAILPOINTS',
    'nowhere=kill',
    '"nowhere" is not a failpoint (commit.before-commit, commit.after-commit, probe)',
  ],
])('%s=%s is refused', (name, value, problem) => {
  expect(() => read({ [name]: value })).toThrow(`SYNCLINE_PROXY_${name}=${value}: ${problem}`);
});

test('a node may be called as machines are', () => {
  expect(read({ NODE: 'ip-10-0-0-1.eu-west-1.compute.internal' }).node).toContain('compute');
});

test.each([
  [{ RETRY: '6s' }, 'SYNCLINE_PROXY_RETRY is above SYNCLINE_PROXY_RETRY_MAX: 6000 ms and 5000 ms'],
  [{ TLS_KEY: 'k.pem' }, 'SYNCLINE_PROXY_TLS_CERT and SYNCLINE_PROXY_TLS_KEY need each other'],
  [{ NEIGHBOUR_CERT: 'c' }, 'SYNCLINE_PROXY_NEIGHBOUR_CERT and SYNCLINE_PROXY_NEIGHBOUR_KEY need each other'],
  [{ RELEASE_RETRY: '2m' }, 'SYNCLINE_PROXY_RELEASE_RETRY is above SYNCLINE_PROXY_RELEASE_RETRY_MAX'],
  [
    { IPAM_DEADLINE: '11s' },
    'SYNCLINE_PROXY_IPAM_DEADLINE is above SYNCLINE_PROXY_REQUEST_DEADLINE: 11000 ms and 10000 ms',
  ],
  [
    { RELEASE_BACKLOG: '999' },
    'SYNCLINE_PROXY_CONNECTIONS is above SYNCLINE_PROXY_RELEASE_BACKLOG: 1000 and 999',
  ],
  [{ EXPIRY: '9s' }, 'SYNCLINE_PROXY_EXPIRY is below SYNCLINE_PROXY_REQUEST_DEADLINE'],
])('%j contradicts', (env, problem) => {
  expect(contradictions(read(env))).toEqual([expect.stringContaining(problem)]);
});

test('the settings of docs/proxy.md are these', () => {
  expect(settingsOnPage('proxy')).toEqual(settingsToShow(settings));
});
