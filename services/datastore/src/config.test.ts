import { settingsOnPage, settingsToShow } from '@syncline/rpc/settings/page.fixture.ts';
import { parseSettings, SettingsError } from '@syncline/rpc/settings.ts';
import { settingsHelp } from '@syncline/rpc/settings-help.ts';
import { expect, test } from 'vitest';
import {
  contradictions,
  datastoreSettings,
  lineSettings,
  mostWorkers,
  sessionSettings,
  settings,
} from './config.ts';

const read = (env: Record<string, string> = {}) => parseSettings(env, settings);

test('the defaults do not contradict each other and give the bounds that are documented', () => {
  const config = read();
  expect(contradictions(config)).toEqual([]);
  expect(config).toMatchObject({ port: 57400, adminPort: 8400, data: '.syncline', failpoints: '' });
  expect(lineSettings(config)).toMatchObject({ keepalive: { timeMs: 10_000, timeoutMs: 20_000 } });
  expect(sessionSettings(config)).toMatchObject({
    retry: { initialMs: 1000, maxMs: 60_000, resetAfterMs: 120_000 },
    slowRetryMs: 60_000,
    ingestBytes: 131_072,
  });
  expect(datastoreSettings(config)).toMatchObject({
    syncDeadlineMs: 60_000,
    limits: { windowBytes: 67_108_864 },
  });
});

test('at least one worker is allowed, and never all of the processors', () => {
  expect(mostWorkers(read({ SYNCLINE_DATASTORE_WORKERS: '1' }))).toBe(1);
  expect(mostWorkers(read({ SYNCLINE_DATASTORE_WORKERS: '256' }))).toBeGreaterThanOrEqual(1);
});

test('every value that cannot be read is reported at once, and a misspelled setting with the nearest name', () => {
  const env = {
    SYNCLINE_DATASTORE_PORT: '70000',
    SYNCLINE_DATASTORE_SYNC_DEADLINE: 'soon',
    SYNCLINE_DATASTORE_WINDOW: '64',
    SYNCLINE_DATASTORE_SLOW_CONSUMMER: '5s',
    SYNCLINE_DATASTORE_FAILPOINTS: 'nowhere=kill',
  };
  try {
    read(env);
    expect.fail('accepted');
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    expect(error.problems).toHaveLength(5);
    for (const name of Object.keys(env)) expect(error.message).toContain(name);
    expect(error.message).toContain('SYNCLINE_DATASTORE_SLOW_CONSUMER?');
    expect(error.message).toMatch(/"nowhere" is not a failpoint \(.*main\.tick, .*commit\.begin/);
  }
});

test.each([
  [{ SYNCLINE_DATASTORE_USERNAME: 'admin' }, ['SYNCLINE_DATASTORE_USERNAME', 'SYNCLINE_DATASTORE_PASSWORD']],
  [{ SYNCLINE_DATASTORE_TLS_KEY: 'k' }, ['SYNCLINE_DATASTORE_TLS_CERT', 'SYNCLINE_DATASTORE_TLS_KEY']],
  [
    { SYNCLINE_DATASTORE_TLS_CLIENT_CA: 'c' },
    ['SYNCLINE_DATASTORE_TLS_CLIENT_CA', 'SYNCLINE_DATASTORE_TLS_CERT'],
  ],
  [
    { SYNCLINE_DATASTORE_RETRY: '2m' },
    ['SYNCLINE_DATASTORE_RETRY', 'SYNCLINE_DATASTORE_RETRY_MAX', '120000'],
  ],
  [
    { SYNCLINE_DATASTORE_INTERVAL: '10ms' },
    ['SYNCLINE_DATASTORE_MIN_INTERVAL', 'SYNCLINE_DATASTORE_INTERVAL'],
  ],
] as const)('%j is a contradiction that names the settings', (env, names) => {
  const problems = contradictions(read(env)).join('\n');
  for (const name of names) expect(problems).toContain(name);
});

test('the help shows every setting and no secret', () => {
  const help = settingsHelp(settings);
  expect(help).toContain('SYNCLINE_DATA ');
  expect(help).toContain('SYNCLINE_DATASTORE_PASSWORD  (secret');
});

test('the settings of docs/datastore.md are these', () => {
  expect(settingsOnPage('datastore')).toEqual(settingsToShow(settings));
});
