import { printPath } from '@syncline/gnmi/path-text.ts';
import { CreateDataStoreRequest } from '@syncline/proto/data.ts';
import { ServerError, Status } from 'nice-grpc-common';
import { expect, test } from 'vitest';
import { readCreateRequest } from './create-request.ts';

type Partial = Parameters<typeof CreateDataStoreRequest.fromPartial>[0];

const bounds = { interval: { min: 100, max: 86_400_000, fallback: 30_000 } };
const device = { type: 'gnmi', address: 'r1.lab', port: 57400 };
const sync = (...config: object[]) => ({ sync: { config } });

function read(request: Partial) {
  return readCreateRequest(
    CreateDataStoreRequest.fromPartial({ datastoreName: 'r1', target: device, ...request }),
    bounds,
  );
}

function refusal(request: Partial): ServerError {
  try {
    read(request);
  } catch (error) {
    if (error instanceof ServerError) return error;
    throw error;
  }
  throw new Error('accepted');
}

test('a datastore without a sync follows the whole device on change', () => {
  const [only, ...others] = read({}).syncs;
  expect(others).toEqual([]);
  expect(only).toMatchObject({ slot: 0, name: 'default', mode: { kind: 'stream', delivery: 'ON_CHANGE' } });
  expect(only?.interest.paths.map(printPath)).toEqual(['/']);
});

test('each mode is read, with upstream’s default interval for 0', () => {
  const modes = [
    { mode: 0 },
    { mode: 1, interval: 5_000_000_000n },
    { mode: 1 },
    { mode: 2 },
    { mode: 3, interval: 1_000_000_000n },
    { mode: 20000 },
  ].map((each, i) => ({ name: `s${i}`, path: ['/a'], ...each }));
  expect(read(sync(...modes)).syncs.map(({ mode }) => mode)).toEqual([
    { kind: 'stream', delivery: 'ON_CHANGE', sampleIntervalNs: 0n },
    { kind: 'stream', delivery: 'SAMPLE', sampleIntervalNs: 5_000_000_000n },
    { kind: 'stream', delivery: 'SAMPLE', sampleIntervalNs: 30_000_000_000n },
    { kind: 'once' },
    { kind: 'get', intervalMs: 1000 },
    { kind: 'stream', delivery: 'TARGET_DEFINED', sampleIntervalNs: 0n },
  ]);
});

test('a sync takes from the datastore’s target what its own leaves out', () => {
  const target = {
    ...device,
    credentials: { username: 'admin', password: 'x' },
    protocolOptions: { $case: 'gnmiOpts' as const, value: { encoding: 'JSON', targetName: 'r1' } },
  };
  const own = {
    protocolOptions: { $case: 'gnmiOpts' as const, value: { encoding: 'proto', targetName: '' } },
    port: 6030,
  };
  const [a, b] = read({
    target,
    ...sync({ name: 'a', path: ['/a'] }, { name: 'b', path: ['/b'], target: own }),
  }).syncs;
  expect(a).toMatchObject({
    encoding: 'JSON',
    endpoint: { address: 'r1.lab:57400' },
    interest: { targetName: 'r1' },
  });
  expect(b).toMatchObject({
    encoding: 'PROTO',
    endpoint: { address: 'r1.lab:6030' },
    interest: { targetName: '' },
  });
  expect(b?.endpoint.identity).toEqual({ kind: 'password', username: 'admin', password: 'x' });
});

test.each([
  [{ address: '10.0.0.1', port: 1 }, '10.0.0.1:1'],
  [{ address: 'r1.lab:57400', port: 0 }, 'r1.lab:57400'],
  [{ address: '2001:db8::1', port: 9339 }, '[2001:db8::1]:9339'],
  [{ address: '[2001:db8::1]:9339', port: 0 }, '[2001:db8::1]:9339'],
])('the address %j is dialled as %s', (address, dialled) => {
  expect(read({ target: { type: 'gnmi', ...address } }).syncs[0]?.endpoint.address).toBe(dialled);
});

test('TLS files, a bearer token and no target name are taken as they are', () => {
  const [only] = read({
    target: {
      ...device,
      tls: { ca: 'ca.pem', cert: '', key: '', skipVerify: false },
      credentials: { token: 't', username: 'u' },
    },
  }).syncs;
  expect(only?.endpoint).toMatchObject({
    security: { kind: 'tls', caFile: 'ca.pem', skipVerify: false },
    identity: { kind: 'bearer', token: 't' },
  });
});

const rows: [string, Partial, string][] = [
  ['no name', { datastoreName: '' }, 'datastore_name: it is required'],
  ['a name with a blank', { datastoreName: 'a b' }, 'datastore_name "a b"'],
  ['the wildcard as a name', { datastoreName: '*' }, 'datastore_name "*"'],
  ['a name that is too long', { datastoreName: 'x'.repeat(254) }, 'datastore_name: 254 characters'],
  ['no target', { target: undefined }, 'target: it is required'],
  ['no type', { target: { ...device, type: '' } }, 'target.type ""'],
  ['netconf', { target: { ...device, type: 'netconf' } }, 'target.type "netconf"'],
  ['no address', { target: { ...device, address: '' } }, 'target.address: it is required'],
  ['an address with a path', { target: { ...device, address: 'http://r1' } }, 'target.address "http://r1"'],
  ['no port', { target: { ...device, port: 0 } }, 'target.port 0'],
  ['a port out of range', { target: { ...device, port: 65536 } }, 'target.port 65536'],
  [
    'half a port in the address',
    { target: { ...device, address: 'r1:99999', port: 0 } },
    'target.port 99999',
  ],
  ['a certificate without its key', { target: { ...device, tls: { cert: 'c.pem' } } }, 'target.tls.key'],
  ['a key without its certificate', { target: { ...device, tls: { key: 'k.pem' } } }, 'target.tls.cert'],
  [
    'a password with a line end',
    { target: { ...device, credentials: { password: 'a\nb' } } },
    'target.credentials.password: it holds',
  ],
  [
    'an encoding that is none',
    { target: { ...device, protocolOptions: { $case: 'gnmiOpts', value: { encoding: 'XML' } } } },
    'target.gnmi_opts.encoding "XML": expected one of PROTO, JSON_IETF, JSON',
  ],
  ['a sync without a name', sync({ path: ['/a'] }), 'sync.config[0].name: it is required'],
  ['a sync without a path', sync({ name: 'a' }), 'sync.config[0].path: a sync needs at least one path'],
  [
    'two syncs of one name',
    sync({ name: 'a', path: ['/a'] }, { name: 'a', path: ['/b'] }),
    'sync.config[1].name "a"',
  ],
  [
    'a path that does not parse',
    sync({ name: 'a', path: ['/a', '/b[k'] }),
    'sync.config[0].path[1]: path "/b[k", column',
  ],
  ['a mode that is none', sync({ name: 'a', path: ['/a'], mode: 7 }), 'sync.config[0].mode 7'],
  [
    'an interval that is too short',
    sync({ name: 'a', path: ['/a'], mode: 1, interval: 1n }),
    'sync.config[0].interval 1: expected nanoseconds from 100000000',
  ],
  [
    'an interval that is too long',
    sync({ name: 'a', path: ['/a'], mode: 3, interval: 2n ** 63n }),
    'sync.config[0].interval 9223372036854775808',
  ],
  [
    '33 syncs',
    sync(...Array.from({ length: 33 }, (_, i) => ({ name: `s${i}`, path: ['/a'] }))),
    'sync.config: 33 syncs, at the most 32',
  ],
  [
    'a sync with a target of another type',
    sync({ name: 'a', path: ['/a'], target: { type: 'netconf' } }),
    'sync.config[0].target.type "netconf"',
  ],
];

test.each(rows)('%s is INVALID_ARGUMENT and named', (_, request, message) => {
  const error = refusal(request);
  expect(error.code).toBe(Status.INVALID_ARGUMENT);
  expect(error.details).toContain(message);
});

test('a noop target is UNIMPLEMENTED, and named', () => {
  const error = refusal({ target: { ...device, type: 'noop' } });
  expect([error.code, error.details]).toEqual([
    Status.UNIMPLEMENTED,
    'target.type "noop" is not served; "gnmi" is',
  ]);
});

test('no secret is repeated in an error', () => {
  const error = refusal({ target: { ...device, credentials: { token: 'sésame' } } });
  expect(error.details).toContain('target.credentials.token');
  expect(error.details).not.toContain('sésame');
});
