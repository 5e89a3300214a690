import { expect, test } from 'vitest';
import { parseSettings } from '../settings.ts';
import { serverTlsOf, serverTlsProblems, serverTlsSettings } from './server-tls.ts';

const read = (env: Readonly<Record<string, string>>) =>
  parseSettings(env, { service: 'nsp', table: serverTlsSettings });

test('plaintext is served unless there is a certificate; clients need one when there is a CA for them', () => {
  expect(serverTlsOf(read({}))).toBeUndefined();
  const files = { SYNCLINE_NSP_TLS_CERT: 'c.pem', SYNCLINE_NSP_TLS_KEY: 'k.pem' };
  expect(serverTlsOf(read(files))).toEqual({ certFile: 'c.pem', keyFile: 'k.pem' });
  const mutual = read({ ...files, SYNCLINE_NSP_TLS_CLIENT_CA: 'ca.pem' });
  expect(serverTlsOf(mutual)).toEqual({ certFile: 'c.pem', keyFile: 'k.pem', clientCaFile: 'ca.pem' });
  expect(serverTlsProblems('nsp', mutual)).toEqual([]);
});

test.each([
  [{ SYNCLINE_NSP_TLS_CERT: 'c.pem' }, 'SYNCLINE_NSP_TLS_CERT and SYNCLINE_NSP_TLS_KEY need each other'],
  [{ SYNCLINE_NSP_TLS_KEY: 'k.pem' }, 'SYNCLINE_NSP_TLS_CERT and SYNCLINE_NSP_TLS_KEY need each other'],
  [{ SYNCLINE_NSP_TLS_CLIENT_CA: 'ca.pem' }, 'SYNCLINE_NSP_TLS_CLIENT_CA needs SYNCLINE_NSP_TLS_CERT'],
])('%j is half of what it takes', (env, problem) => {
  expect(serverTlsProblems('nsp', read(env))).toEqual([problem]);
});
