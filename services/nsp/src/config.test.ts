import { settingsOnPage, settingsToShow } from '@syncline/rpc/settings/page.fixture.ts';
import { parseSettings } from '@syncline/rpc/settings.ts';
import { expect, test } from 'vitest';
import { contradictions, settings } from './config.ts';

const parse = (env: Readonly<Record<string, string>>) =>
  parseSettings({ SYNCLINE_NSP_CONFIGURATION: 'trench.yaml', ...env }, settings);

test('the file of the configuration must be given; everything else has a default', () => {
  expect(() => parseSettings({}, settings)).toThrow('SYNCLINE_NSP_CONFIGURATION must be set');
  const config = parse({});
  expect(config).toMatchObject({ port: 7778, adminPort: 8406, entryTimeout: 60_000, stall: 30_000 });
  expect(contradictions(config)).toEqual([]);
});

test.each([
  [{ SYNCLINE_NSP_STORE_RETRY: '10s' }, 'SYNCLINE_NSP_STORE_RETRY is above SYNCLINE_NSP_STORE_RETRY_MAX'],
  [{ SYNCLINE_NSP_TLS_CERT: 'c.pem' }, 'SYNCLINE_NSP_TLS_CERT and SYNCLINE_NSP_TLS_KEY need each other'],
  [{ SYNCLINE_NSP_TARGETS: '10' }, 'SYNCLINE_NSP_TARGETS_PER_STREAM is above SYNCLINE_NSP_TARGETS'],
])('%o is a contradiction', (env, problem) => {
  expect(contradictions(parse(env)).join('\n')).toContain(problem);
});

test('a failpoint that there is not is refused, with those that there are', () => {
  expect(() => parse({ SYNCLINE_NSP_FAILPOINTS: 'targets=kill' })).toThrow(
    'SYNCLINE_NSP_FAILPOINTS=targets=kill: "targets" is not a failpoint (targets.before-commit,',
  );
});

test('the settings of docs/nsp.md are these', () => {
  expect(settingsOnPage('nsp')).toEqual(settingsToShow(settings));
});
