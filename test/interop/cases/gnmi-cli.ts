// openconfig's gnmi_cli: it fills both the old and the new path field, subscribes TARGET_DEFINED, wants JSON, says of
// each JSON value that it is deprecated, and writes its errors to stdout.

import assert from 'node:assert/strict';
import type { InteropCase } from '../case.ts';
import { text, uint } from '../router.ts';
import { onBothLockedServers, onBothServers, type Server } from '../servers.ts';

const DESCRIPTIONS = 'interfaces/interface[name=*]/config/description';
const GET_MTU =
  'prefix { target: "r1" } encoding: PROTO path { elem { name: "interfaces" } ' +
  'elem { name: "interface" key { key: "name" value: "eth0" } } elem { name: "config" } elem { name: "mtu" } }';

/** How it prints a JSON value that it was sent. */
const deprecated = (value: string): string => `{Deprecated TypedValue_JsonVal ${value}}`;

const at = ({ address }: Server): string[] => ['-insecure', '-a', address];

export const cases: readonly InteropCase[] = [
  ...onBothServers('gnmi_cli: capabilities', ['gnmi_cli'], async (server, context) => {
    const { code, stdout, stderr } = await context.run('gnmi_cli', [...at(server), '-capabilities']);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /gNMI_version:\s+"0\.10\.0"/);
    for (const encoding of ['JSON', 'JSON_IETF', 'PROTO']) {
      assert.match(stdout, new RegExp(`supported_encodings:\\s+${encoding}\\b`));
    }
  }),

  ...onBothServers('gnmi_cli: get of a leaf', ['gnmi_cli'], async (server, context) => {
    const { code, stdout, stderr } = await context.run('gnmi_cli', [
      ...at(server),
      '-get',
      '-proto',
      GET_MTU,
    ]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /uint_val:\s+1500/);
    assert.match(stdout, /target:\s+"r1"/);
  }),

  ...onBothServers('gnmi_cli: get of an absent path is NotFound', ['gnmi_cli'], async (server, context) => {
    const request = 'prefix { target: "r1" } path { elem { name: "nope" } }';
    const { code, stdout } = await context.run('gnmi_cli', [...at(server), '-get', '-proto', request]);
    assert.notEqual(code, 0);
    assert.match(stdout, /NotFound.*nope/);
  }),

  ...onBothServers('gnmi_cli: subscribe once with a wildcard', ['gnmi_cli'], async (server, context) => {
    const { code, stdout, stderr } = await context.run('gnmi_cli', [
      ...at(server),
      '-target=r1',
      '-query_type=once',
      `-query=${DESCRIPTIONS}`,
    ]);
    assert.equal(code, 0, stderr);
    assert.equal(
      stdout.replaceAll(/\s+/g, ' ').trim(),
      `{ "r1": { "interfaces": { "interface": { ` +
        `"eth0": { "config": { "description": ${deprecated('uplink')} } }, ` +
        `"eth1": { "config": { "description": ${deprecated('spare')} } } } } } }`,
    );
  }),

  ...onBothServers(
    'gnmi_cli: subscribe to a stream with a wildcard',
    ['gnmi_cli'],
    async (server, context) => {
      const follower = await context.start('gnmi_cli', [
        ...at(server),
        '-target=r1',
        '-query_type=streaming',
        '-display_type=single',
        `-query=${DESCRIPTIONS}`,
      ]);
      const says = (entry: string, value: string) =>
        follower.line(new RegExp(`^r1/interfaces/interface/${entry}/config/description, ${value}$`));
      await says('eth0', deprecated('uplink'));
      await says('eth1', deprecated('spare'));
      await server.router.change({
        '/interfaces/interface[name=eth0]/config/description': text('changed'),
        '/interfaces/interface[name=eth0]/config/mtu': uint(9000n),
      });
      await says('eth0', deprecated('changed'));
      await server.router.change({}, ['/interfaces/interface[name=eth1]']);
      await follower.line(/eth1.*, <nil>$/);
      assert.ok(!follower.logs.lines.some((line) => line.includes('mtu')), 'told of what it did not ask for');
    },
  ),

  ...onBothLockedServers(
    'gnmi_cli: TLS with a trusted authority, and a password; nothing without them',
    ['gnmi_cli'],
    async (server, lock, context) => {
      const get = (password: string, ...flags: readonly string[]) =>
        context.run(
          'gnmi_cli',
          ['-a', server.address, ...flags, '-with_user_pass', '-get', '-proto', GET_MTU],
          { env: { GNMI_USER: lock.username, GNMI_PASS: password } },
        );
      const trusting = ['-ca_crt', lock.ca];
      const right = await get(lock.password, ...trusting);
      assert.equal(right.code, 0, right.stdout);
      assert.match(right.stdout, /uint_val:\s+1500/);

      const wrong = await get('guess', ...trusting);
      assert.notEqual(wrong.code, 0);
      assert.match(wrong.stdout, /Unauthenticated/);
      assert.doesNotMatch(wrong.stdout, /1500|guess/);

      // Towards both it would go on trying to connect.
      for (const flags of [[], ['-insecure']]) {
        const { code, stdout } = await get(lock.password, ...flags, '-timeout=2s');
        assert.notEqual(code, 0, `let in with ${flags.join() || 'no authority to trust'}`);
        assert.doesNotMatch(stdout, /1500/);
      }
    },
  ),
];
