import { expect, test } from 'vitest';
import {
  address,
  bytes,
  choice,
  duration,
  flag,
  integer,
  optional,
  path,
  port,
  required,
  secret,
  shared,
  text,
} from './setting-types.ts';
import { parseSettings, SettingsError } from './settings.ts';

const spec = {
  service: 'region-syncer',
  table: {
    port: port(3379, 'gRPC port'),
    keepalive: duration('10s', { min: '1s', max: '5m' }, 'Between keepalives'),
    frameSize: bytes('64KiB', { min: '1KiB', max: '4MiB' }, 'Largest frame'),
    followers: integer(16, { min: '0', max: '1000' }, 'Most followers'),
    compact: flag(false, 'Compact at start'),
    tier: choice(['local', 'etcd'], 'local', 'Where leadership is kept'),
    name: text('region', 'What others call it'),
    leader: required(text, 'Address of the leader'),
    clientCaFile: optional(path, 'Authority of clients'),
    token: secret('Presented to the leader'),
    nsp: address('127.0.0.1:7778', 'Where targets are registered'),
    peer: optional(address, 'Another member'),
    data: shared('SYNCLINE_DATA', path('.syncline', 'Where everything is kept')),
  },
} as const;

const leader = { SYNCLINE_REGION_SYNCER_LEADER: 'a:1' };

test('what is not set, or empty, has its default', () => {
  expect(parseSettings({ ...leader, SYNCLINE_REGION_SYNCER_NAME: '' }, spec)).toEqual({
    port: 3379,
    keepalive: 10_000,
    frameSize: 65_536,
    followers: 16,
    compact: false,
    tier: 'local',
    name: 'region',
    leader: 'a:1',
    clientCaFile: undefined,
    token: undefined,
    nsp: '127.0.0.1:7778',
    peer: undefined,
    data: '.syncline',
  });
});

test('every form is read', () => {
  const env = {
    SYNCLINE_REGION_SYNCER_PORT: '0',
    SYNCLINE_REGION_SYNCER_KEEPALIVE: '2m',
    SYNCLINE_REGION_SYNCER_FRAME_SIZE: '2MiB',
    SYNCLINE_REGION_SYNCER_FOLLOWERS: '3',
    SYNCLINE_REGION_SYNCER_COMPACT: 'true',
    SYNCLINE_REGION_SYNCER_TIER: 'etcd',
    SYNCLINE_REGION_SYNCER_CLIENT_CA_FILE: 'ca.pem',
    SYNCLINE_REGION_SYNCER_TOKEN: 't0',
    SYNCLINE_REGION_SYNCER_NSP: 'nsp-a.default:1',
    SYNCLINE_REGION_SYNCER_PEER: '[2001:db8::1]:65535',
    SYNCLINE_DATA: '/data',
    SYNCLINE_DATASTORE_PORT: 'of another service',
  };
  expect(parseSettings({ ...leader, ...env }, spec)).toMatchObject({
    port: 0,
    keepalive: 120_000,
    frameSize: 2 * 1024 * 1024,
    followers: 3,
    compact: true,
    tier: 'etcd',
    clientCaFile: 'ca.pem',
    token: 't0',
    nsp: 'nsp-a.default:1',
    peer: '[2001:db8::1]:65535',
    data: '/data',
  });
});

test('all problems are told at once, with the variable, the value and what was expected', () => {
  expect(() =>
    parseSettings(
      {
        SYNCLINE_REGION_SYNCER_PORT: '70000',
        SYNCLINE_REGION_SYNCER_KEEPALIVE: '10',
        SYNCLINE_REGION_SYNCER_FRAME_SIZE: '5MiB',
        SYNCLINE_REGION_SYNCER_FOLLOWERS: '1e3',
        SYNCLINE_REGION_SYNCER_COMPACT: 'yes',
        SYNCLINE_REGION_SYNCER_TIER: 'etdc',
        SYNCLINE_REGION_SYNCER_FRAMESIZE: '1KiB',
        SYNCLINE_REGION_SYNCER_TRIE: 'local',
        SYNCLINE_REGION_SYNCER_PEAR: 'a:1',
        SYNCLINE_REGION_SYNCER_NODE: 'n1',
        SYNCLINE_REGION_SYNCER_DATA: '/data',
      },
      spec,
    ),
  ).toThrow(
    new SettingsError([
      'SYNCLINE_REGION_SYNCER_PORT=70000: expected port 0..65535',
      'SYNCLINE_REGION_SYNCER_KEEPALIVE=10: expected a duration such as 250ms or 5s',
      'SYNCLINE_REGION_SYNCER_FRAME_SIZE=5MiB: expected size 1KiB..4MiB',
      'SYNCLINE_REGION_SYNCER_FOLLOWERS=1e3: expected a whole number',
      'SYNCLINE_REGION_SYNCER_COMPACT=yes: expected one of true, false',
      'SYNCLINE_REGION_SYNCER_TIER=etdc: expected one of local, etcd',
      'SYNCLINE_REGION_SYNCER_LEADER must be set: Address of the leader',
      'SYNCLINE_REGION_SYNCER_FRAMESIZE is no setting; did you mean SYNCLINE_REGION_SYNCER_FRAME_SIZE?',
      'SYNCLINE_REGION_SYNCER_TRIE is no setting',
      'SYNCLINE_REGION_SYNCER_PEAR is no setting; did you mean SYNCLINE_REGION_SYNCER_PEER?',
      'SYNCLINE_REGION_SYNCER_NODE is no setting',
      'SYNCLINE_REGION_SYNCER_DATA is no setting; did you mean SYNCLINE_DATA?',
    ]),
  );
});

test.each([
  'nsp',
  'nsp:',
  ':7778',
  'nsp:0',
  'nsp:65536',
  'nsp:7778/',
  'http://nsp:7778',
  '2001:db8::1:7778',
  'unix:/nsp.sock',
  'n s:1',
])('%j is no address', (given) => {
  expect(() => parseSettings({ ...leader, SYNCLINE_REGION_SYNCER_PEER: given }, spec)).toThrow(
    `SYNCLINE_REGION_SYNCER_PEER=${given}: expected host:port such as 10.0.0.1:7778 or [2001:db8::1]:7778`,
  );
});

test('a secret that is wrong is not repeated', () => {
  const long = {
    ...secret('a token'),
    parse: () => {
      throw new RangeError('expected less');
    },
  };
  const parse = () =>
    parseSettings({ SYNCLINE_X_TOKEN: 'hunter2' }, { service: 'x', table: { token: long } });
  expect(parse).toThrow('SYNCLINE_X_TOKEN=(hidden): expected less');
});

test('a default that breaks its own rule is found when the table is made', () => {
  expect(() => duration('10m', { min: '1s', max: '5m' }, '')).toThrow(RangeError);
});
