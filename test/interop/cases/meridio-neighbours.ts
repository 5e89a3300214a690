// Our ipam, proxy and load balancer on Meridio's and Network Service Mesh's own stubs.

import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import { until } from '@syncline/testkit/wait.ts';
import type { InteropCase } from '../case.ts';
import { Following, meridio, refusal } from '../meridio/client.ts';
import { Nsp, variables } from '../meridio/nsp.ts';
import { Trench } from '../meridio/trench.ts';

const soon = { deadlineMs: 5_000 };
const edge = '.edge.demo';

interface Prefix {
  readonly address: string;
  readonly prefixLength: number;
}

interface Connection {
  readonly context: {
    readonly ipContext: { readonly srcIpAddrs: string[]; readonly extraPrefixes: string[] };
  };
}

interface ConnectionEvent {
  readonly type: 'INITIAL_STATE_TRANSFER' | 'UPDATE' | 'DELETE';
  readonly connections: Readonly<Record<string, string>>;
}

export const cases: readonly InteropCase[] = [
  {
    name: "Meridio's stubs on our ipam: an owner has one address of each family, and others have others",
    needs: ['meridio'],
    async run(context) {
      const { address } = await Nsp.start(context);
      const { address: ipam } = await context.startOfTrench('ipam', {
        env: variables('IPAM', { NSP: address }),
      });
      const allocate = async (name: string, family: string) => {
        const [prefix] = await meridio(context, 'allocate', { ipam, name, family }, edge);
        const { address: ip, prefixLength } = prefix as Prefix;
        return `${ip}/${prefixLength}`;
      };
      const of = async (name: string) => [await allocate(name, 'IPV4'), await allocate(name, 'IPV6')];
      const [first, second] = [await of('pod-1'), await of('pod-2')];
      assert.match(first.join(), /^169\.255\.\d+\.\d+\/24,fd00:[0-9a-f:]+\/64$/);
      assert.equal(new Set([...first, ...second]).size, 4);
      await meridio(context, 'release', { ipam, name: 'nobody' }, edge);
      assert.deepEqual(await of('pod-1'), first);

      const refused = (name: string, conduit: string) =>
        refusal(context, 'allocate', { ipam, name }, conduit);
      assert.match(await refused('pod-1', ''), /^InvalidArgument: .*conduit cannot be nil/);
      assert.match(
        await refused('pod-1', edge.slice(0, -'.demo'.length)),
        /^InvalidArgument: .*trench cannot be nil/,
      );
    },
  },
  {
    name: "Network Service Mesh's stubs on our proxy: a connection is requested, told to who watches, and closed",
    needs: ['meridio'],
    async run(context) {
      const { proxy } = await Trench.start(context, { taps: 0 });
      const asked = { proxy: proxy.address, id: 'pod-9-proxy', service: 'proxy.edge.demo.default' };
      const watch = await Following.start<ConnectionEvent>(context, 'monitor', {
        proxy: proxy.address,
        id: asked.id,
      });
      await until(() => watch.seen.length === 1, { ...soon, describe: 'the initial event' });
      assert.deepEqual(watch.seen, [{ type: 'INITIAL_STATE_TRANSFER', connections: {} }]);

      const request = async () =>
        ((await meridio(context, 'request', asked))[0] as Connection).context.ipContext;
      const { srcIpAddrs, extraPrefixes } = await request();
      assert.deepEqual([srcIpAddrs.length, extraPrefixes.length], [2, 2]);
      assert.deepEqual((await request()).srcIpAddrs, srcIpAddrs);
      await meridio(context, 'disconnect', asked);
      const types = await until(() => watch.seen.map(({ type }) => type), {
        ...soon,
        describe: 'the delete',
        accept: (seen) => seen.includes('DELETE'),
      });
      assert.ok(types.slice(1, -1).every((type) => type === 'UPDATE') && types.length >= 3, types.join());
      assert.match(
        await refusal(context, 'request', { ...asked, service: 'proxy.nobody.demo.default' }),
        /^\w+: .*proxy\.nobody\.demo\.default/,
      );
    },
  },
  {
    name: "Meridio's stubs on our load balancer: a stream is available while it has an enabled target",
    needs: ['meridio'],
    async run(context) {
      const { address: nsp } = await Nsp.start(context);
      const balancer = await context.startOfTrench('load-balancer', {
        env: variables('LOAD_BALANCER', { NSP: nsp }),
      });
      const watch = await Following.start<{ streams: readonly string[] }>(context, 'available', {
        'load-balancer': balancer.address,
      });
      const shows = (lists: readonly (readonly string[])[]) =>
        until(() => watch.seen.map(({ streams }) => streams), {
          ...soon,
          describe: JSON.stringify(lists),
          accept: (seen) => isDeepStrictEqual(seen, lists),
        });
      const target = { nsp, ips: '172.16.0.5/24', identifier: 7 };
      const web = 'web.edge.demo';
      await shows([[]]);
      await meridio(context, 'register', target, web);
      await meridio(context, 'register', target, web);
      await shows([[], [web]]);
      await meridio(context, 'unregister', target, web);
      await shows([[], [web], []]);
    },
  },
];
