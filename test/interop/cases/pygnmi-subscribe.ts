// pygnmi's subscribers: a half-closed stream must go on, a poll runs one behind, and the parser gives up on a
// leaf-list or a timestamp that it does not like.

import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import type { InteropCase } from '../case.ts';
import { NAME as TARGET } from '../datastore.ts';
import { connect, type ParsedMessage } from '../pygnmi/session.ts';
import { uint } from '../router.ts';
import { onBothServers } from '../servers.ts';

const MTU = '/interfaces/interface[name=eth0]/config/mtu';

/** A request to subscribe2(); `entry` is what its one subscription says on top of its path. */
const subscription = (mode: string, path: string, entry: object = {}): object => ({
  mode,
  subscription: [{ path, ...entry }],
});

const updatesOf = (message: ParsedMessage) => message.update?.update ?? [];

export const cases: readonly InteropCase[] = [
  ...onBothServers('pygnmi P5: stream, with its half-close', ['pygnmi'], async (server, context) => {
    const session = await connect(server, context);
    await session.ask('subscribe2', {
      request: subscription('stream', '/interfaces', { mode: 'on_change' }),
      target: TARGET,
    });
    const first = await session.ask<ParsedMessage>('next');
    assert.equal(first.sync_response, true);
    assert.ok(updatesOf(first).length > 0);
    await server.router.change({ [MTU]: uint(9000n) });
    const change = await session.ask<ParsedMessage>('next');
    assert.deepEqual(
      updatesOf(change).map(({ val }) => val),
      [9000],
    );
    const closed = await session.ask<{ seconds: number; open: boolean }>('close');
    assert.ok(closed.seconds < 2, `close() took ${closed.seconds} s`);
    assert.ok(closed.open, 'the server ended a stream that its client only half-closed');
  }),

  ...onBothServers(
    'pygnmi P6: the old subscribe hears on after its half-close',
    ['pygnmi'],
    async (server, context) => {
      const session = await connect(server, context);
      const request = subscription('stream', '/interfaces', { mode: 'on_change' });
      const listening = session.ask<{ heard: ParsedMessage[]; code: string }>('legacy', {
        request,
        seconds: 3,
      });
      await delay(1_500, undefined, { signal: context.signal }); // long after the half-close, and before the end
      await server.router.change({ [MTU]: uint(9001n) });
      const { heard, code } = await listening;
      assert.equal(code, 'CANCELLED');
      const synced = heard.findIndex((message) => message.sync_response === true);
      assert.ok(synced >= 0, 'no sync_response');
      const later = heard.slice(synced + 1).flatMap(updatesOf);
      assert.deepEqual(
        later.map(({ val }) => val),
        [9001],
      );
    },
  ),

  ...onBothServers('pygnmi P7: once ends with sync_response', ['pygnmi'], async (server, context) => {
    const session = await connect(server, context);
    await session.ask('subscribe2', { request: subscription('once', '/interfaces'), target: TARGET });
    const messages = await session.ask<ParsedMessage[]>('rest');
    assert.deepEqual(messages.at(-1), { sync_response: true });
    assert.ok(messages.length > 1);
    assert.doesNotMatch(context.logs, /"level":"error"/);
  }),

  ...onBothServers('pygnmi P8: three polls, each complete', ['pygnmi'], async (server, context) => {
    const session = await connect(server, context);
    await session.ask('subscribe2', { request: subscription('poll', '/interfaces'), target: TARGET });
    const counts: number[] = [];
    for (let poll = 0; poll < 3; poll++) {
      const message = await session.ask<ParsedMessage>('next');
      assert.equal(message.sync_response, true);
      counts.push(updatesOf(message).length);
    }
    assert.deepEqual(counts, [8, 8, 8]);
  }),

  ...onBothServers(
    'pygnmi P9: leaf-lists and timestamps that its parser can take',
    ['pygnmi'],
    async (server, context) => {
      const session = await connect(server, context);
      await session.ask('subscribe2', { request: subscription('once', '/system'), target: TARGET });
      const messages = await session.ask<(ParsedMessage | null)[]>('rest');
      const updates = messages.flatMap((message) => {
        assert.ok(message !== null, 'its parser gave up');
        assert.ok(message.update === undefined || (message.update.timestamp ?? 0) > 0);
        return updatesOf(message);
      });
      const search = updates.find(({ path }) => path?.endsWith('search'));
      assert.deepEqual(search?.val, ['a.example', 'b.example']);
    },
  ),
];
