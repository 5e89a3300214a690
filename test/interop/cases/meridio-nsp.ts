// Our NSP as Meridio's own clients know it: its registry written and read, its configuration watched, on their stubs.

import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import { until } from '@syncline/testkit/wait.ts';
import type { InteropCase } from '../case.ts';
import { Following, meridio, type RegisteredTarget, refusal, targets } from '../meridio/client.ts';
import { demoConfiguration, Nsp } from '../meridio/nsp.ts';

const web = 'web.edge.demo';
const soon = { deadlineMs: 5_000 };

/** A list of one kind, as `meridio config` prints it. */
interface Told {
  readonly kind: string;
  readonly list: Readonly<Record<string, readonly { readonly name: string }[]>>;
}

/** The names that a watch of a kind showed last. */
function namesOf(told: readonly Told[], kind: string): readonly string[] {
  const last = told.findLast((one) => one.kind === kind)?.list[kind] ?? [];
  return last.map(({ name }) => name).toSorted();
}

export const cases: readonly InteropCase[] = [
  {
    name: "Meridio's stubs on our NSP: a target is stored disabled, enabled by the next call, and expires",
    needs: ['meridio'],
    async run(context) {
      const { address: nsp } = await Nsp.start(context, { ENTRY_TIMEOUT: '2s' });
      const watch = await Following.start<{ targets: readonly RegisteredTarget[] }>(context, 'targets', {
        nsp,
      });
      const target = { nsp, ips: '172.16.0.5/24,fd00::5/64', identifier: 7 };
      await until(() => watch.seen.length === 1, { ...soon, describe: 'the first list' });
      await meridio(context, 'register', target, web);
      await meridio(context, 'register', target, web);
      await meridio(context, 'unregister', { ...target, ips: '172.16.0.6/24' }, web);

      const entry = { stream: web, ips: ['172.16.0.5/24', 'fd00::5/64'], identifier: '7' };
      const wanted = [[], [{ ...entry, status: 'DISABLED' }], [{ ...entry, status: 'ENABLED' }], []];
      await until(() => watch.seen, {
        ...soon,
        describe: 'nothing, disabled, enabled, expired',
        accept: (seen) =>
          isDeepStrictEqual(
            seen.map((list) => list.targets),
            wanted,
          ),
      });
      assert.deepEqual(await targets(context, nsp), []);
    },
  },
  {
    name: "Meridio's stubs on our NSP: every form of filter gets what Meridio's own rules say",
    needs: ['meridio'],
    async run(context) {
      const { address: nsp } = await Nsp.start(context);
      const enabled = { nsp, ips: '172.16.0.5/24', identifier: 1 };
      for (const _ of ['disabled', 'enabled']) await meridio(context, 'register', enabled, web);
      await meridio(context, 'register', { nsp, ips: '172.16.0.6/24', identifier: 2 }, 'dns.edge.demo');
      await meridio(context, 'register', { nsp, ips: '172.16.0.5/24', identifier: 1 }, 'api.core.demo');
      await meridio(context, 'register', { nsp, ips: 'frontend-1', type: 'FRONTEND' });
      assert.equal((await targets(context, nsp)).length, 3);
      assert.equal((await targets(context, nsp, { type: 'FRONTEND' })).length, 1);
      const [answer] = await meridio(context, 'filters', { nsp, trench: 'demo' });
      context.note(JSON.stringify(answer));
    },
  },
  {
    name: "Meridio's stubs on our NSP: all seven kinds are told, and again when the file changes; a bad file changes nothing",
    needs: ['meridio'],
    async run(context) {
      const nsp = await Nsp.start(context);
      const watch = await Following.start<Told>(context, 'config', { nsp: nsp.address, trench: 'demo' });
      const kinds = ['trench', 'conduits', 'streams', 'flows', 'vips', 'attractors', 'gateways'];
      await until(() => new Set(watch.seen.map(({ kind }) => kind)).size === kinds.length, {
        ...soon,
        describe: 'a list of each kind',
      });
      assert.deepEqual(namesOf(watch.seen, 'streams'), ['api', 'dns', 'web']);
      assert.deepEqual(namesOf(watch.seen, 'attractors'), ['attractor']);

      const demo = await demoConfiguration();
      const renamed = demo.replaceAll('name: dns\n', 'name: names\n').replace('stream: dns', 'stream: names');
      await nsp.configure('streams: [');
      const refused = await until(() => nsp.configuration(), {
        ...soon,
        describe: 'the bad file refused',
        accept: ({ lastError }) => lastError !== undefined,
      });
      assert.deepEqual([refused.revision, refused.streams], [1n, 3]);
      await nsp.configure(renamed);
      await until(() => namesOf(watch.seen, 'streams'), {
        ...soon,
        describe: 'the stream under its other name',
        accept: (names) => isDeepStrictEqual(names, ['api', 'names', 'web']),
      });
      await until(() => namesOf(watch.seen, 'flows').includes('names'), {
        ...soon,
        describe: 'its flow too',
      });
      // Lists that did not change were not sent again.
      const lists = (kind: string) => watch.seen.filter((told) => told.kind === kind).length;
      assert.deepEqual(['trench', 'conduits', 'vips', 'gateways'].map(lists), [1, 1, 1, 1]);
    },
  },
  {
    name: "Meridio's stubs on our NSP: what it refuses, and what it takes in silence",
    needs: ['meridio'],
    async run(context) {
      const { address: nsp } = await Nsp.start(context);
      const refused = (flags: object, ...stream: readonly string[]) =>
        refusal(context, 'register', { nsp, ...flags }, ...stream);
      assert.match(await refused({ identifier: 1 }, web), /^InvalidArgument: .*address/);
      assert.match(await refused({ ips: '172.16.0.300/24' }, web), /^InvalidArgument: .*172\.16\.0\.300/);
      assert.match(await refused({ ips: '172.16.0.5/24' }), /^InvalidArgument: /);
      await meridio(context, 'unregister', { nsp, ips: '172.16.0.5/24' }, 'nobody.edge.demo');
      assert.deepEqual(await targets(context, nsp), []);
    },
  },
];
