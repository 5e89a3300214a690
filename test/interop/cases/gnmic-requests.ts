// gnmic's capabilities and get: rows G1 to G6 and G17 of the datastore's client table.

import assert from 'node:assert/strict';
import type { InteropCase } from '../case.ts';
import { gnmic, gnmicGet } from '../gnmic.ts';
import { onBothServers } from '../servers.ts';

const DESCRIPTION = '/interfaces/interface[name=eth0]/config/description';

export const cases: readonly InteropCase[] = [
  ...onBothServers('gnmic G1: capabilities', ['gnmic'], async (server, context) => {
    const { code, stdout, stderr } = await gnmic(context, server, 'capabilities');
    assert.equal(code, 0, stderr);
    assert.match(stdout, /gNMI version: 0\.10\.0/);
    for (const encoding of ['JSON', 'JSON_IETF', 'PROTO'])
      assert.match(stdout, new RegExp(`- ${encoding}$`, 'm'));
  }),

  ...onBothServers('gnmic G2: get of a leaf', ['gnmic'], async (server, context) => {
    const [only, ...more] = await gnmicGet(context, server, '--path', DESCRIPTION);
    assert.equal(more.length, 0);
    assert.equal(only?.target, 'r1');
    assert.ok(only.timestamp > 0);
    assert.deepEqual(only.updates, [
      {
        Path: 'interfaces/interface[name=eth0]/config/description',
        values: { 'interfaces/interface/config/description': 'uplink' },
      },
    ]);
  }),

  ...onBothServers('gnmic G3: a notification for each path', ['gnmic'], async (server, context) => {
    const answer = await gnmicGet(
      context,
      server,
      '--path',
      DESCRIPTION,
      '--path',
      '/system/config/hostname',
    );
    assert.equal(answer.length, 2);
  }),

  ...onBothServers(
    'gnmic G4: a wildcard gives an update for each entry',
    ['gnmic'],
    async (server, context) => {
      const answer = await gnmicGet(context, server, '--path', '/interfaces/interface[name=*]/config');
      assert.equal(answer.length, 1);
      assert.equal(answer[0]?.updates?.length, 2);
    },
  ),

  ...onBothServers('gnmic G5: what is absent or not served is named', ['gnmic'], async (server, context) => {
    const absent = await gnmic(context, server, 'get', '--target', 'r1', '--path', '/nope');
    assert.notEqual(absent.code, 0);
    assert.match(absent.stderr, /NotFound|Unimplemented/);
    const bytes = await gnmic(
      context,
      server,
      'get',
      '--target',
      'r1',
      '--path',
      '/system',
      '--encoding',
      'bytes',
    );
    assert.notEqual(bytes.code, 0);
    assert.match(bytes.stderr, /Unimplemented.*BYTES/s);
  }),

  ...onBothServers('gnmic G6: json_ietf quotes 64-bit numbers', ['gnmic'], async (server, context) => {
    const [only] = await gnmicGet(context, server, '--path', '/system/state', '--encoding', 'json_ietf');
    assert.match(JSON.stringify(only?.updates), /"18446744073709551615"/);
  }),

  ...onBothServers('gnmic G17: depth 1 gives leaves only', ['gnmic'], async (server, context) => {
    const answer = await gnmicGet(
      context,
      server,
      '--path=/interfaces/interface[name=eth0]/config',
      '--depth=1',
    );
    assert.match(JSON.stringify(answer), /uplink/);
    const above = await gnmicGet(context, server, '--path=/interfaces/interface[name=eth0]', '--depth=1');
    assert.doesNotMatch(JSON.stringify(above), /uplink/);
  }),
];
