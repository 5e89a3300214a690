import { readFileSync } from 'node:fs';
import { requirePassword } from '@syncline/rpc/password.ts';
import { parseSettings } from '@syncline/rpc/settings.ts';
import { settingsMarkdown } from '@syncline/rpc/settings-help.ts';
import { Metadata, ServerError } from 'nice-grpc-common';
import { expect, test } from 'vitest';
import { contradictions, settings, tlsOf } from './config.ts';

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

test('TLS is served with a certificate and its key', () => {
  expect(tlsOf(parse({}))).toEqual({});
  const files = { SYNCLINE_DEVICE_TLS_CERT: 'cert.pem', SYNCLINE_DEVICE_TLS_KEY: 'key.pem' };
  expect(tlsOf(parse(files))).toEqual({ tls: { certFile: 'cert.pem', keyFile: 'key.pem' } });
});

test.each([
  [{ username: 'admin', password: 'secret' }, true],
  [{ username: 'admin', password: 'Secret' }, false],
  [{ username: 'admin' }, false],
  [{ username: '', password: '' }, false],
  [{}, false],
])('of credentials %j', (given, passes) => {
  const authenticate = requirePassword('admin', 'secret');
  const method = { path: '/gnmi.gNMI/Get', requestStream: false, responseStream: false, options: {} };
  const call = () => authenticate(Metadata({ ...given }), method);
  if (passes) expect(call).not.toThrow();
  else expect(call).toThrow(ServerError);
});

test('the settings of docs/device.md are these', () => {
  const page = readFileSync(new URL('../../../docs/device.md', import.meta.url), 'utf8');
  const unaligned = (table: string) => table.replaceAll(/ +/g, ' ').replaceAll(/ ?-{3,} ?/g, '---');
  expect(unaligned(page)).toContain(unaligned(settingsMarkdown(settings)));
});
