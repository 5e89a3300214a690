// Our tap as an application with Meridio's own stubs knows it.

import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import { until } from '@syncline/testkit/wait.ts';
import type { InteropCase } from '../case.ts';
import { Following, type Listed, listed, meridio, refusal, targets } from '../meridio/client.ts';
import { Trench } from '../meridio/trench.ts';

const soon = { deadlineMs: 10_000 };
const [web, dns, api] = ['web.edge.demo', 'dns.edge.demo', 'api.core.demo'];
const open = (...streams: readonly string[]): readonly Listed[] =>
  streams.map((stream) => ({ stream, status: 'OPEN' }));

export const cases: readonly InteropCase[] = [
  {
    name: "Meridio's stubs on our tap: a stream is opened over the unix socket, is an enabled target, and is gone after its close",
    needs: ['meridio'],
    async run(context) {
      const { nsp, taps } = await Trench.start(context);
      const tap = `unix://${taps[0]?.dataDir}/tap/ambassador.sock`;
      const watch = await Following.start<{ streams: readonly Listed[] }>(context, 'watch', { tap });
      await until(() => watch.seen.length === 1, { ...soon, describe: 'the first list' });
      await meridio(context, 'open', { tap }, web);
      await until(() => watch.seen.at(-1)?.streams, {
        ...soon,
        describe: 'web OPEN',
        accept: (streams) => isDeepStrictEqual(streams, open(web)),
      });
      const [target, ...others] = await targets(context, nsp.address);
      assert.deepEqual([target?.stream, target?.status, others], [web, 'ENABLED', []]);
      assert.equal(target?.ips.length, 2, `one address of each family: ${target?.ips.join()}`);

      await meridio(context, 'close', { tap }, web);
      assert.deepEqual(await listed(context, tap), []);
      await until(() => targets(context, nsp.address), {
        ...soon,
        describe: 'no target',
        accept: (left) => left.length === 0,
      });
      assert.deepEqual(watch.seen[0]?.streams, []);
      assert.deepEqual(watch.seen.at(-1)?.streams, []);
      context.note(watch.seen.map(({ streams }) => streams[0]?.status ?? 'none').join(', '));
    },
  },
  {
    name: "Meridio's stubs on our tap: a watch shows what its filter matches; absent parents and empty names match all",
    needs: ['meridio'],
    async run(context) {
      const { tap } = await Trench.start(context);
      await meridio(context, 'open', { tap }, web, dns, api);
      await until(() => listed(context, tap), {
        ...soon,
        describe: 'all three OPEN',
        accept: (streams) => isDeepStrictEqual(streams, open(web, dns, api)),
      });
      const filters: readonly (readonly [filter: string, shown: readonly string[]])[] = [
        ['..demo', [web, dns, api]],
        ['.edge', [web, dns]],
        ['.edge.demo', [web, dns]],
        ['.edge.', [web, dns]],
        ['web', [web]],
        ['web.core', []],
        [api, [api]],
        ['..other', []],
        ['nobody', []],
      ];
      for (const [filter, shown] of filters)
        assert.deepEqual(await listed(context, tap, filter), open(...shown), filter);
    },
  },
  {
    name: "Meridio's stubs on our tap: what it refuses, in Meridio's words",
    needs: ['meridio'],
    async run(context) {
      const { tap } = await Trench.start(context);
      const refused = (command: 'open' | 'close', stream: string) =>
        refusal(context, command, { tap }, stream);
      for (const command of ['open', 'close'] as const) {
        assert.match(await refused(command, 'web'), /^InvalidArgument: .*conduit cannot be nil/);
        assert.match(await refused(command, 'web.edge'), /^InvalidArgument: .*trench cannot be nil/);
      }
      assert.match(await refused('open', '.edge.demo'), /^InvalidArgument: /);
      await meridio(context, 'open', { tap }, web);
      assert.match(
        await refused('open', 'web.edge.other'),
        /^FailedPrecondition: .*another trench is already connected/,
      );
      await meridio(context, 'close', { tap }, 'web.edge.other', 'nobody.edge.demo', 'web.nobody.demo');
      assert.deepEqual(
        (await listed(context, tap)).map(({ stream }) => stream),
        [web],
      );
    },
  },
  {
    name: "Meridio's stubs on our tap: a stream that cannot be open says why, and is OPEN when it can",
    needs: ['meridio'],
    async run(context) {
      const trench = await Trench.start(context);
      const { tap } = trench;
      trench.ipam.kill('SIGSTOP');
      await meridio(context, 'open', { tap }, web, 'nobody.edge.demo');
      const reasons = await until(async () => (await trench.dump()).streams.map(({ reason }) => reason), {
        ...soon,
        describe: 'a reason for each',
        accept: (all) => all.length === 2 && all.every((reason) => reason !== ''),
      });
      assert.deepEqual(await listed(context, tap, 'web'), [{ stream: web, status: 'UNAVAILABLE' }]);
      trench.ipam.kill('SIGCONT');
      await until(() => listed(context, tap), {
        ...soon,
        describe: 'web OPEN, and the one that is not configured UNDEFINED',
        accept: (streams) =>
          isDeepStrictEqual(streams, [...open(web), { stream: 'nobody.edge.demo', status: 'UNDEFINED' }]),
      });
      context.note(reasons.join('; '));
    },
  },
];
