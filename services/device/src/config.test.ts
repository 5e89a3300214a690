import { settingsOnPage, settingsToShow } from '@syncline/rpc/settings/page.fixture.ts';
import { parseSettings } from '@syncline/rpc/settings.ts';
import { expect, test } from 'vitest';
import { contradictions, settings } from './config.ts';

const parse = (env: Readonly<Record<string, string>>) => parseSettings(env, settings);

test('without settings this machine is served on the ports of the docs', () => {
  expect(parse({})).toMatchObject({
    mode: 'host',
    host: '127.0.0.1',
    port: 57_401,
    adminPort: 8_401,
    refresh: 1_000,
  });
  expect(contradictions(parse({}))).toEqual([]);
});

test('settings that do not fit together are all named', () => {
  const config = parse({
    SYNCLINE_DEVICE_SCRIPT: 'x.yaml',
    SYNCLINE_DEVICE_USERNAME: 'admin',
    SYNCLINE_DEVICE_TLS_KEY: 'key.pem',
    SYNCLINE_DEVICE_TLS_CLIENT_CA: 'ca.pem',
  });
  expect(contradictions(config)).toEqual([
    'SYNCLINE_DEVICE_SCRIPT needs SYNCLINE_DEVICE_MODE=script',
    'SYNCLINE_DEVICE_USERNAME and SYNCLINE_DEVICE_PASSWORD need each other',
    'SYNCLINE_DEVICE_TLS_CERT and SYNCLINE_DEVICE_TLS_KEY need each other',
    'SYNCLINE_DEVICE_TLS_CLIENT_CA needs SYNCLINE_DEVICE_TLS_CERT',
  ]);
});

test('the settings of docs/device.md are these', () => {
  expect(settingsOnPage('device')).toEqual(settingsToShow(settings));
});
