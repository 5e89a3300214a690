import { hostname } from 'node:os';
import { settingsOnPage, settingsToShow } from '@syncline/rpc/settings/page.fixture.ts';
import { parseSettings, SettingsError } from '@syncline/rpc/settings.ts';
import { settingsHelp } from '@syncline/rpc/settings-help.ts';
import { expect, test } from 'vitest';
import { advertisedUrls, contradictions, settings } from './config.ts';
import { replicaSettings, storeOptions } from './settings/copy.ts';
import { followerSettings, lineOptions, linkSettings } from './settings/following.ts';

const variables = (short: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(short).map(([name, value]) => [`SYNCLINE_REGION_SYNCER_${name}`, value]));
const read = (short: Readonly<Record<string, string>> = {}) => parseSettings(variables(short), settings);

test('the defaults do not contradict each other and are those that are documented', () => {
  const config = read();
  expect(contradictions(config)).toEqual([]);
  expect(config).toMatchObject({
    role: 'leader',
    port: 3379,
    adminPort: 8402,
    memberId: undefined,
    clusterId: undefined,
    retentionRecords: 2_000_000,
    retentionBytes: 512 * 2 ** 20,
    keepalive: 10_000,
    stall: 10_000,
    silence: 30_000,
    inflightFrames: 2,
    frameRecords: 1_000,
  });
});

test('ids have all of their 64 bits', () => {
  const config = read({ CLUSTER_ID: '18446744073709551615', MEMBER_ID: '9007199254740993' });
  expect([config.clusterId, config.memberId]).toEqual([2n ** 64n - 1n, 9_007_199_254_740_993n]);
});

test.each([
  ['CLUSTER_ID', '0', 'expected a whole number from 1 to 18446744073709551615'],
  ['CLUSTER_ID', '18446744073709551616', 'expected a whole number'],
  ['MEMBER_ID', '-1', 'expected a whole number'],
  ['LEADER', 'http://pd:2379', 'expected host:port'],
  ['LEADER', 'pd', 'expected host:port'],
  ['LEADER', 'pd:1,pd', 'not "pd"'],
  ['LEADER', 'pd:0', 'expected host:port'],
  ['LEADER', 'pd:65536', 'expected host:port'],
  ['CLIENT_URLS', 'pd:2379', 'not "pd:2379"'],
  ['CLIENT_URLS', 'http://a:1,ftp://b:2', 'not "ftp://b:2"'],
  ['CLIENT_URLS', 'http://a:1/path', 'not "http://a:1/path"'],
  ['CLIENT_URLS', 'http://a:1,', 'not ""'],
  ['ROLE', 'both', 'expected one of leader, follower'],
  ['SYNCHRONOUS', 'off', 'expected one of normal, full'],
  ['FRAME_RECORDS', '1001', 'expected integer 1..1000'],
  ['FAILPOINTS', 'nowhere=kill', '"nowhere" is not a failpoint (log.append.before-commit'],
])('%s=%s is refused: %s', (name, value, why) => {
  expect(() => read({ [name]: value })).toThrow(SettingsError);
  expect(() => read({ [name]: value })).toThrow(why);
});

test('a follower may look for its leader in several places', () => {
  expect(read({ LEADER: 'pd-0:2379, [::1]:3379' }).leader).toEqual(['pd-0:2379', '[::1]:3379']);
  expect(read().leader).toEqual([]);
});

test('every problem is reported at once, and a misspelled setting with the nearest name', () => {
  const wrong = { PORT: '70000', SILENCE: 'soon', CLUSTER_ID: 'x', RETENTION_RECORD: '5000' };
  try {
    read(wrong);
    expect.fail('accepted');
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    expect(error.problems).toHaveLength(4);
    for (const name of Object.keys(variables(wrong))) expect(error.message).toContain(name);
    expect(error.message).toContain('SYNCLINE_REGION_SYNCER_RETENTION_RECORDS?');
  }
});

test.each([
  [{ ROLE: 'follower' }, ['ROLE=follower', 'LEADER']],
  [{ LEADER: 'pd:2379' }, ['ROLE=leader', 'LEADER', 'pd:2379']],
  [{ USERNAME: 'a' }, ['USERNAME', 'PASSWORD']],
  [{ TLS_KEY: 'k' }, ['TLS_CERT', 'TLS_KEY']],
  [{ TLS_CLIENT_CA: 'c' }, ['TLS_CLIENT_CA', 'TLS_CERT']],
  [{ LEADER_CERT: 'c' }, ['LEADER_CERT', 'LEADER_KEY']],
  [{ LEADER_USERNAME: 'a' }, ['LEADER_USERNAME', 'LEADER_PASSWORD']],
  [{ RETRY: '10s' }, ['RETRY', 'RETRY_MAX', '10000', '3000']],
  [{ STORE_RETRY: '2s' }, ['STORE_RETRY', 'STORE_RETRY_MAX']],
  [{ LOG_FRAME: '1MiB', TAIL_BYTES: '64KiB' }, ['LOG_FRAME', 'TAIL_BYTES']],
] as const)('%j is a contradiction that names the settings', (env, names) => {
  const problems = contradictions(read(env)).join('\n');
  for (const name of names) expect(problems).toContain(name);
});

test('URLs are advertised as set, else by the address that is listened on, or by name where that is all', () => {
  const urls = (short: Readonly<Record<string, string>>) => advertisedUrls(read(short), 3379);
  expect(urls({ CLIENT_URLS: 'http://a:1, https://[::1]:2' })).toEqual(['http://a:1', 'https://[::1]:2']);
  expect(urls({ HOST: '10.0.0.1' })).toEqual(['http://10.0.0.1:3379']);
  expect(urls({ HOST: '::1' })).toEqual(['http://[::1]:3379']);
  expect(urls({ HOST: '0.0.0.0', TLS_CERT: 'c', TLS_KEY: 'k' })).toEqual([`https://${hostname()}:3379`]);
});

test('the leader is called in plaintext unless a setting of its TLS is there', () => {
  const link = (short: Readonly<Record<string, string>> = {}) => linkSettings(read(short), 'pd:2379');
  expect(link()).toMatchObject({
    address: 'pd:2379',
    security: { kind: 'plaintext' },
    identity: { kind: 'none' },
    connectDeadlineMs: 10_000,
    maxFrameBytes: 64 * 2 ** 20,
  });
  expect(link({ LEADER_TLS: 'true' }).security).toEqual({ kind: 'tls' });
  const files = { LEADER_CA: 'ca', LEADER_CERT: 'c', LEADER_KEY: 'k', LEADER_SERVER_NAME: 'pd.lab' };
  expect(link(files).security).toEqual({
    kind: 'tls',
    caFile: 'ca',
    certFile: 'c',
    keyFile: 'k',
    serverName: 'pd.lab',
  });
  expect(link({ LEADER_USERNAME: 'u', LEADER_PASSWORD: 'p' }).identity).toEqual({
    kind: 'password',
    username: 'u',
    password: 'p',
  });
});

test('calls are passed on as the leader is called, but in the name of their caller', () => {
  const config = read({
    LEADER_CA: 'ca',
    LEADER_USERNAME: 'u',
    LEADER_PASSWORD: 'p',
    MAX_FRAME: '8MiB',
    LEADER_KEEPALIVE: '7s',
  });
  const { security, keepalive } = linkSettings(config, 'pd:2379');
  expect(lineOptions(config)).toEqual({
    security,
    keepalive,
    maxReceiveBytes: 8 * 2 ** 20,
    reconnect: { initialMs: 100, maxMs: 3_000 },
  });
  expect([security.kind, keepalive.timeMs]).toEqual(['tls', 7_000]);
});

test('waits before a new connection are left to chance as a whole', () => {
  expect(followerSettings(read()).retry).toMatchObject({
    initialMs: 100,
    maxMs: 3_000,
    factor: 2,
    jitter: 1,
  });
});

test('a chunk of the log, on disk as in memory, is what a frame of records carries', () => {
  const config = read({ LOG_FRAME: '64KiB', FRAME_RECORDS: '10', SYNCHRONOUS: 'full' });
  const chunk = { records: 10, bytes: 65_536 };
  expect(storeOptions(config, 'f')).toMatchObject({ file: 'f', synchronous: 'FULL', chunk });
  expect(replicaSettings(config)).toMatchObject({ chunk, tail: { records: 200_000 } });
});

test('another process is waited for within the deadline, so that the start can say that it has the file', () => {
  expect(storeOptions(read({ STORE_DEADLINE: '1001ms' }), 'f').busyTimeoutMs).toBe(500);
});

test('the help shows every setting and no secret', () => {
  const help = settingsHelp(settings);
  for (const name of ['SYNCLINE_DATA ', 'SYNCLINE_REGION_SYNCER_LEADER ']) expect(help).toContain(name);
  expect(help).toContain('SYNCLINE_REGION_SYNCER_PASSWORD  (secret');
});

test('the settings of docs/region-syncer.md are these', () => {
  expect(settingsOnPage('region-syncer')).toEqual(settingsToShow(settings));
});
