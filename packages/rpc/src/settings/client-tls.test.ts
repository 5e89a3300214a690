import { expect, test } from 'vitest';
import { parseSettings } from '../settings.ts';
import {
  clientSecurityOf,
  neighbourSecurityOf,
  neighbourTlsProblems,
  neighbourTlsSettings,
} from './client-tls.ts';

const read = (env: Readonly<Record<string, string>>) =>
  parseSettings(env, { service: 'ipam', table: neighbourTlsSettings('the NSP is') });

test.each([
  [{}, { kind: 'plaintext' }],
  [{ SYNCLINE_IPAM_NEIGHBOUR_TLS: 'true' }, { kind: 'tls' }],
  [{ SYNCLINE_IPAM_NEIGHBOUR_CA: 'ca.pem' }, { kind: 'tls', caFile: 'ca.pem' }],
  [
    { SYNCLINE_IPAM_NEIGHBOUR_CERT: 'c.pem', SYNCLINE_IPAM_NEIGHBOUR_KEY: 'k.pem' },
    { kind: 'tls', certFile: 'c.pem', keyFile: 'k.pem' },
  ],
])('neighbours are called in plaintext unless a setting of TLS is there: %j', (env, security) => {
  expect(neighbourSecurityOf(read(env))).toEqual(security);
  expect(neighbourTlsProblems('ipam', read(env))).toEqual([]);
});

test('the name of a server implies TLS too', () => {
  const unset = { tls: false, ca: undefined, cert: undefined, key: undefined };
  expect(clientSecurityOf({ ...unset, serverName: 'pd.lab' })).toEqual({ kind: 'tls', serverName: 'pd.lab' });
});

test('a certificate for neighbours needs its key', () => {
  expect(neighbourTlsProblems('ipam', read({ SYNCLINE_IPAM_NEIGHBOUR_CERT: 'c.pem' }))).toEqual([
    'SYNCLINE_IPAM_NEIGHBOUR_CERT and SYNCLINE_IPAM_NEIGHBOUR_KEY need each other',
  ]);
});
