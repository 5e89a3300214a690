// openconfig's gnmi_cli: it fills both the old and the new path field, subscribes TARGET_DEFINED, and wants JSON.

import assert from 'node:assert/strict';
import type { InteropCase } from '../case.ts';
import { text, uint } from '../router.ts';
import { onBothServers, type Server } from '../servers.ts';

const DESCRIPTIONS = 'interfaces/interface[name=*]/config/description';
const MTU_OF_ETH0 =
  'elem { name: "interfaces" } elem { name: "interface" key { key: "name" value: "eth0" } } ' +
  'elem { name: "config" } elem { name: "mtu" }';

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
    const request = `prefix { target: "r1" } path { ${MTU_OF_ETH0} } encoding: PROTO`;
    const { code, stdout, stderr } = await context.run('gnmi_cli', [
      ...at(server),
      '-get',
      '-proto',
      request,
    ]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /uint_val:\s+1500/);
    assert.match(stdout, /target:\s+"r1"/);
  }),

  ...onBothServers('gnmi_cli: get of an absent path is NotFound', ['gnmi_cli'], async (server, context) => {
    const request = 'prefix { target: "r1" } path { elem { name: "nope" } }';
    const { code, stderr } = await context.run('gnmi_cli', [...at(server), '-get', '-proto', request]);
    assert.notEqual(code, 0);
    assert.match(stderr, /NotFound/);
  }),

  ...onBothServers('gnmi_cli: subscribe once with a wildcard', ['gnmi_cli'], async (server, context) => {
    const { code, stdout, stderr } = await context.run('gnmi_cli', [
      ...at(server),
      '-target=r1',
      '-query_type=once',
      `-query=${DESCRIPTIONS}`,
    ]);
    assert.equal(code, 0, stderr);
    assert.deepEqual(JSON.parse(stdout), {
      r1: {
        interfaces: {
          interface: {
            eth0: { config: { description: 'uplink' } },
            eth1: { config: { description: 'spare' } },
          },
        },
      },
    });
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
      await follower.line(/^r1\/interfaces\/interface\/eth0\/config\/description, uplink$/);
      await follower.line(/^r1\/interfaces\/interface\/eth1\/config\/description, spare$/);
      await server.router.change({
        '/interfaces/interface[name=eth0]/config/description': text('changed'),
        '/interfaces/interface[name=eth0]/config/mtu': uint(9000n),
      });
      await follower.line(/eth0\/config\/description, changed$/);
      await server.router.change({}, ['/interfaces/interface[name=eth1]']);
      await follower.line(/eth1.*, <nil>$/);
      assert.ok(!follower.logs.lines.some((line) => line.includes('mtu')), 'told of what it did not ask for');
    },
  ),
];
