// gnmic's subscribe: rows G10 to G16 and G18 of the datastore's client table.

import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { until } from '@syncline/testkit/wait.ts';
import type { InteropCase } from '../case.ts';
import { gnmicSubscribe } from '../gnmic.ts';
import type { Program } from '../program.ts';
import { text, uint } from '../router.ts';
import { onBothServers } from '../servers.ts';

const SYNC = /"sync-response": true/;
const MTU = '/interfaces/interface[name=eth0]/config/mtu';

const occurrences = (program: Program, pattern: RegExp): number =>
  program.logs.lines.filter((line) => pattern.test(line)).length;

/** Waits until at least `count` lines match. */
async function lines(program: Program, pattern: RegExp, count: number): Promise<void> {
  await until(() => occurrences(program, pattern), {
    deadlineMs: 10_000,
    describe: `gnmic writing ${pattern} ${count} times`,
    accept: (seen) => seen >= count,
  });
}

export const cases: readonly InteropCase[] = [
  ...onBothServers('gnmic G10: once gives all leaves and ends', ['gnmic'], async (server, context) => {
    const once = await gnmicSubscribe(context, server, '--mode=once', '--path=/interfaces');
    assert.equal(await once.exited, 0);
    assert.equal(occurrences(once, /"Path"/), 8);
  }),

  ...onBothServers('gnmic G11: on change, with deletes', ['gnmic'], async (server, context) => {
    const stream = await gnmicSubscribe(context, server, '--stream-mode=on-change', '--path=/interfaces');
    await stream.line(SYNC);
    await server.router.change({ [MTU]: uint(9000n) });
    await stream.line(/9000/);
    await server.router.change({}, ['/interfaces/interface[name=eth1]']);
    await stream.line(/"deletes"/);
  }),

  ...onBothServers(
    'gnmic G12: sample, silent when unchanged but for heartbeats',
    ['gnmic'],
    async (server, context) => {
      const stream = await gnmicSubscribe(
        context,
        server,
        '--stream-mode=sample',
        '--sample-interval=1s',
        '--suppress-redundant',
        '--heartbeat-interval=5s',
        `--path=${MTU}`,
      );
      await stream.line(SYNC);
      const first = occurrences(stream, /"Path"/);
      await delay(3_000, undefined, { signal: context.signal }); // three samples of an unchanged leaf
      assert.equal(occurrences(stream, /"Path"/), first);
      await lines(stream, /"Path"/, first + 1);
    },
  ),

  ...onBothServers(
    'gnmic G13: updates only begins with sync_response',
    ['gnmic'],
    async (server, context) => {
      const stream = await gnmicSubscribe(context, server, '--updates-only', '--path=/interfaces');
      await stream.line(SYNC);
      assert.equal(occurrences(stream, /"Path"/), 0);
      await server.router.change({ [MTU]: uint(9000n) });
      await stream.line(/9000/);
    },
  ),

  ...onBothServers('gnmic G15: a path that is not there yet', ['gnmic'], async (server, context) => {
    const stream = await gnmicSubscribe(context, server, '--stream-mode=on-change', '--path=/not/yet/there');
    await stream.line(SYNC);
    await server.router.change({ '/not/yet/there': text('arrived') });
    await stream.line(/arrived/);
  }),

  ...onBothServers(
    'gnmic G16: target-defined with an interval is refused or served',
    ['gnmic'],
    async (server, context) => {
      const stream = await gnmicSubscribe(
        context,
        server,
        '--stream-mode=target-defined',
        '--sample-interval=1s',
        '--path=/system',
      );
      await stream.line(/"sync-response": true|InvalidArgument/);
    },
  ),

  ...onBothServers('gnmic G18: a stopped subscriber hinders no other', ['gnmic'], async (server, context) => {
    const flags = ['--stream-mode=on-change', `--path=${MTU}`];
    const streams = [
      await gnmicSubscribe(context, server, ...flags),
      await gnmicSubscribe(context, server, ...flags),
      await gnmicSubscribe(context, server, ...flags),
    ] as const;
    for (const stream of streams) await stream.line(SYNC);
    const [stopped, ...others] = streams;
    stopped.kill('SIGSTOP');
    for (let value = 1n; value <= 100n; value++) await server.router.change({ [MTU]: uint(value) });
    await server.router.change({ [MTU]: uint(7777n) });
    for (const stream of others) await stream.line(/7777/);
    stopped.kill('SIGCONT');
    await stopped.line(/7777/);
  }),
];
