// pygnmi 0.8.15, request by request: Capabilities before all, JSON by its own choice, a module name as origin.

import assert from 'node:assert/strict';
import type { InteropCase } from '../case.ts';
import { NAME as TARGET } from '../datastore.ts';
import { connect, type ParsedGet, PygnmiError } from '../pygnmi/session.ts';
import { onBothServers, startServer } from '../servers.ts';

/** The value that get() gives for a subtree. */
function valueIn({ notification }: ParsedGet): unknown {
  assert.equal(notification.length, 1);
  assert.ok((notification[0]?.timestamp ?? 0) > 0, 'a notification without a timestamp');
  return notification[0]?.update?.[0]?.val;
}

export const cases: readonly InteropCase[] = [
  ...onBothServers('pygnmi P1: connects without a user', ['pygnmi'], async (server, context) => {
    const session = await connect(server, context);
    const capabilities = await session.ask<Record<string, unknown>>('capabilities');
    assert.equal(capabilities['gnmi_version'], '0.10.0');
    assert.ok((capabilities['supported_encodings'] as string[]).includes('json'));
  }),

  ...onBothServers('pygnmi P2: get with a module name as origin', ['pygnmi'], async (server, context) => {
    const session = await connect(server, context);
    const answer = await session.ask<ParsedGet>('get', {
      path: ['openconfig-interfaces:interfaces'],
      target: TARGET,
    });
    const value = valueIn(answer);
    assert.ok(typeof value === 'object' && value !== null, `not a subtree: ${JSON.stringify(value)}`);
    assert.match(JSON.stringify(value), /"uplink"/);
  }),

  ...onBothServers(
    'pygnmi P3: get without a path gives the whole tree',
    ['pygnmi'],
    async (server, context) => {
      const session = await connect(server, context);
      const tree = valueIn(await session.ask<ParsedGet>('get', { path: [], target: TARGET }));
      assert.deepEqual(Object.keys(tree as object).sort(), ['interfaces', 'routes', 'system']);
    },
  ),

  {
    name: 'pygnmi P4: set deletes, replaces, updates, in that order, and all or nothing (device)',
    needs: ['pygnmi'],
    async run(context) {
      const session = await connect(await startServer('device', context), context);
      const { response } = await session.ask<{ response: { op: string }[] }>('set', {
        update: [['/system/config/hostname', 'x']],
        replace: [['/interfaces/interface[name=eth1]/config', { name: 'eth1', description: 'replaced' }]],
        delete: ['/routes'],
        target: TARGET,
      });
      assert.deepEqual(
        response.map(({ op }) => op),
        ['DELETE', 'REPLACE', 'UPDATE'],
      );
      const tree = valueIn(await session.ask<ParsedGet>('get', { path: [], target: TARGET }));
      assert.match(JSON.stringify(tree), /"hostname":"x"/);
      assert.match(JSON.stringify(tree), /"replaced"/);
      assert.doesNotMatch(JSON.stringify(tree), /"routes"/);

      const broken = session.ask('set', {
        update: [['/system/config/hostname', '{broken']],
        delete: ['/interfaces'],
        target: TARGET,
      });
      await assert.rejects(broken, (error) => {
        return (
          error instanceof PygnmiError && error.code === 'INVALID_ARGUMENT' && /hostname/.test(error.message)
        );
      });
      assert.deepEqual(valueIn(await session.ask<ParsedGet>('get', { path: [], target: TARGET })), tree);
    },
  },

  {
    name: 'pygnmi P4: set on the datastore is UNIMPLEMENTED, and says why',
    needs: ['pygnmi'],
    async run(context) {
      const session = await connect(await startServer('datastore', context), context);
      const set = session.ask('set', { update: [['/system/config/hostname', 'x']], target: TARGET });
      await assert.rejects(set, (error) => {
        return (
          error instanceof PygnmiError && error.code === 'UNIMPLEMENTED' && /\bset\b/i.test(error.message)
        );
      });
    },
  },
];
