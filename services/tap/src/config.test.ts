import { hostname } from 'node:os';
import { settingsOnPage, settingsToShow } from '@syncline/rpc/settings/page.fixture.ts';
import { parseSettings, SettingsError } from '@syncline/rpc/settings.ts';
import { expect, test } from 'vitest';
import { contradictions, settings, socketPathOf } from './config.ts';
import { neighboursOf } from './settings/neighbours.ts';
import { timingsOf } from './settings/timings.ts';

const variables = (short: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(short).map(([name, value]) => [`SYNCLINE_TAP_${name}`, value]));
const read = (short: Readonly<Record<string, string>> = {}) => parseSettings(variables(short), settings);

test("the defaults are Meridio's where it has them, and do not contradict each other", () => {
  const config = read();
  expect(contradictions(config)).toEqual([]);
  expect(timingsOf(config)).toMatchObject({
    requestMs: 15_000,
    stream: { attemptMs: 15_000, refreshMs: 30_000, refreshJitter: 0.1, unregisterOnDown: false },
  });
  expect(neighboursOf(config)).toMatchObject({
    nsp: '127.0.0.1:7778',
    proxy: '127.0.0.1:7779',
    client: { name: hostname(), node: hostname(), namespace: 'default' },
    connect: { keepalive: { timeMs: 20_000 }, reconnect: { maxMs: 5_000 }, security: { kind: 'plaintext' } },
  });
  expect([config.port, config.adminPort, config.stall, config.state]).toEqual([
    7780,
    8409,
    30_000,
    undefined,
  ]);
});

test.each([
  ['NSP', 'nsp', 'expected host:port'],
  ['NSP', 'nsp-{pod}:7778', 'expected no places but {trench} and {namespace}'],
  ['PROXY', 'nsm.io', 'expected host:port'],
  ['NAME', 'a b', 'expected up to 253 letters, digits, dots, - and _'],
  ['NAMESPACE', 'a.b', 'a name has letters, digits, - and _'],
  ['KEEPALIVE', '19s', 'expected duration 20s..1h'],
  ['UNIX_SOCKET_MODE', '0788', 'expected three octal digits'],
  ['REFRESH_JITTER', '101', 'expected integer 0..100'],
  ['STREAMS', '0', 'expected integer 1..100000'],
])('%s=%s is refused: %s', (name, value, why) => {
  expect(() => read({ [name]: value })).toThrow(SettingsError);
  expect(() => read({ [name]: value })).toThrow(why);
});

test.each([
  [{ TLS_CERT: 'a.pem' }, 'SYNCLINE_TAP_TLS_CERT and SYNCLINE_TAP_TLS_KEY need each other'],
  [{ TLS_CLIENT_CA: 'ca.pem' }, 'SYNCLINE_TAP_TLS_CLIENT_CA needs SYNCLINE_TAP_TLS_CERT'],
  [{ NEIGHBOUR_KEY: 'k.pem' }, 'SYNCLINE_TAP_NEIGHBOUR_CERT and SYNCLINE_TAP_NEIGHBOUR_KEY need each other'],
  [{ RETRY: '6s' }, 'SYNCLINE_TAP_RETRY is above SYNCLINE_TAP_RETRY_MAX: 6000 ms and 5000 ms'],
  [
    { UNREGISTER: '4s' },
    'SYNCLINE_TAP_UNREGISTER_CALL is above SYNCLINE_TAP_UNREGISTER: 5000 ms and 4000 ms',
  ],
  [{ UNIX_SOCKET: `/${'x'.repeat(107)}` }, 'is 108 bytes long, above the 107 of a unix socket'],
])('%j contradicts other settings', (given, problem) => {
  expect(contradictions(read(given)).join('\n')).toContain(problem);
});

test('a mode is read in octal, a unix socket is beside the data unless it is elsewhere', () => {
  expect([read({ UNIX_SOCKET_MODE: '660' }).unixSocketMode, read().unixSocketMode]).toEqual([0o660, 0o777]);
  const config = parseSettings({ SYNCLINE_DATA: '/data' }, settings);
  expect(socketPathOf(config)).toBe('/data/tap/ambassador.sock');
  expect(socketPathOf(read({ UNIX_SOCKET: '/run/tap.sock' }))).toBe('/run/tap.sock');
});

test('the settings of docs/tap.md are these', () => {
  expect(settingsOnPage('tap')).toEqual(settingsToShow(settings));
});
