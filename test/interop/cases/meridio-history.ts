// Applications on Meridio's own stubs open, watch and close on our taps at random, while what taps, NSP and proxy say is
// recorded from outside and held against the rules of meridio/history/rules.go.

import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { StreamState } from '@syncline/proto/tap-admin.ts';
import type { InteropCase } from '../case.ts';
import type { CaseContext } from '../context.ts';
import { Following, type Listed, meridio, refusal } from '../meridio/client.ts';
import { freeze } from '../meridio/nsp.ts';
import { type HistorySummary, Trench } from '../meridio/trench.ts';

const needs = ['meridio'] as const;
const web = 'web.edge.demo';

/** What a row says: how much was done, and how long the slowest took. */
function tell(context: CaseContext, summary: HistorySummary): void {
  const { opens, closes, lists, registry, reached, most_targets: most } = summary;
  const statuses = Object.entries(reached).map(([status, times]) => `${times} ${status}`);
  context.note(
    `${opens} opens (${statuses.join(', ')}) and ${closes} closes, ${lists} lists, ${registry} of up to ${most} targets`,
  );
  context.note(`slowest call ${summary.slowest_call_ms} ms, slowest OPEN ${summary.slowest_open_ms} ms`);
}

/** Does something again and again until the history is over; what it rejects with fails the case. */
async function meanwhile(history: Promise<HistorySummary>, everyMs: number, act: () => Promise<void>) {
  let over = false;
  const ended = history.finally(() => {
    over = true;
  });
  const acting = (async () => {
    while (!over) {
      await delay(everyMs);
      await act();
    }
  })();
  const [summary] = await Promise.all([ended, acting]);
  return summary;
}

export const cases: readonly InteropCase[] = [
  ...[1, 2, 3].map(
    (seed): InteropCase => ({
      name: `history of one tap, seed ${seed}: every Open ends OPEN, and nothing outlives its Close`,
      needs,
      atOnce: 'histories of one tap',
      seconds: 120,
      async run(context) {
        const trench = await Trench.start(context);
        const summary = await trench.history({ seed, cycles: 300, pause: '300ms' });
        assert.ok((summary.reached['OPEN'] ?? 0) > 10, 'too few of the Opens were seen to be OPEN');
        assert.equal(summary.refused, 0);
        tell(context, summary);
      },
    }),
  ),
  {
    name: 'history of five taps on the same streams: identifiers are unique, and each has one target a stream',
    needs,
    atOnce: 'histories of many taps',
    seconds: 120,
    async run(context) {
      const trench = await Trench.start(context, { taps: 5 });
      const summary = await trench.history({ cycles: 100, pause: '300ms' });
      assert.ok(summary.most_targets >= 4, `never more than ${summary.most_targets} targets at once`);
      tell(context, summary);
    },
  },
  {
    name: 'history of four taps on a stream for two: never more than two are enabled, and the others say UNAVAILABLE and why',
    needs,
    atOnce: 'histories of many taps',
    seconds: 120,
    async run(context) {
      const trench = await Trench.start(context, {
        taps: 4,
        configuration: (demo) => demo.replace('max-targets: 100', 'max-targets: 2'),
      });
      const history = trench.history({ cycles: 100, pause: '1s', settled: 'OPEN,UNAVAILABLE' }, [web]);
      const reasons = new Set<string>();
      const summary = await meanwhile(history, 200, async () => {
        const rows = (await trench.dumps()).flatMap(({ streams }) => streams);
        const unavailable = rows.filter(({ state }) => state === StreamState.UNAVAILABLE);
        for (const { reason } of unavailable) reasons.add(reason);
      });
      assert.ok((summary.reached['OPEN'] ?? 0) > 4 && (summary.reached['UNAVAILABLE'] ?? 0) > 0);
      assert.ok(!reasons.has(''), 'a stream is UNAVAILABLE without a reason');
      assert.ok(reasons.has('no identifier available to register the target'), [...reasons].join('; '));
      tell(context, summary);
    },
  },
  {
    name: 'history with an NSP that crashes: what it knew is there again, and nothing outlives its Close',
    needs,
    atOnce: 'histories of NSP and addresses',
    seconds: 120,
    async run(context) {
      const trench = await Trench.start(context);
      const history = trench.history({
        cycles: 200,
        pause: '300ms',
        settle: '10s',
        lag: '5s',
        outages: true,
      });
      tell(context, await meanwhile(history, 3_000, () => trench.nsp.crash()));
    },
  },
  {
    name: 'history of a conduit that changes its subnet: targets follow their addresses, and no old one stays',
    needs,
    atOnce: 'histories of NSP and addresses',
    seconds: 120,
    async run(context) {
      const trench = await Trench.start(context);
      const history = trench.history({ cycles: 200, pause: '300ms' });
      tell(context, await meanwhile(history, 1_000, () => trench.changeSubnet('edge')));
    },
  },
  {
    name: 'history of a proxy that tells everything twice and in the wrong order',
    needs,
    atOnce: 'histories of proxies',
    seconds: 120,
    async run(context) {
      const trench = await Trench.start(context);
      await trench.fault({ $case: 'duplicateEvents', value: {} });
      await trench.fault({ $case: 'reorderEvents', value: {} });
      // What its monitor says of its connections is no evidence then.
      tell(context, await trench.history({ cycles: 200, pause: '300ms', proxy: '' }));
    },
  },
  {
    name: 'history of the seed: a proxy without bridge addresses, all opened or all closed every 300 ms, 100 times',
    needs,
    atOnce: 'histories of proxies',
    seconds: 120,
    async run(context) {
      const trench = await Trench.start(context);
      await trench.fault({ $case: 'noBridgeAddress', value: {} });
      const summary = await trench.history({ 'by-list': true, cycles: 100, pause: '300ms', steady: true });
      // Of 300 ms each a slow machine may take one or the other.
      const { opens, reached } = summary;
      assert.ok(opens > 100 && (reached['OPEN'] ?? 0) > 0.9 * opens, `OPEN: ${reached['OPEN']} of ${opens}`);
      tell(context, summary);
    },
  },
  {
    name: 'history of a proxy whose bridge addresses come and go: no stream changes its status for that',
    needs,
    atOnce: 'histories of proxies',
    seconds: 120,
    async run(context) {
      const trench = await Trench.start(context);
      let without = false;
      const history = trench.history({ cycles: 200, pause: '300ms', steady: true });
      const summary = await meanwhile(history, 500, async () => {
        without = !without;
        await (without ? trench.fault({ $case: 'noBridgeAddress', value: {} }) : trench.heal());
      });
      tell(context, summary);
    },
  },
  {
    name: 'history of an NSP that freezes for 2 s again and again: every call is answered all the same',
    needs,
    atOnce: 'histories of calls that wait',
    seconds: 120,
    async run(context) {
      const trench = await Trench.start(context);
      const history = trench.history({ cycles: 200, pause: '500ms', settle: '15s', lag: '10s' });
      tell(context, await meanwhile(history, 3_000, () => freeze(trench.nsp, 2_000)));
    },
  },
  {
    name: 'history of one conduit while nothing that is asked for another is ever answered',
    needs,
    atOnce: 'histories of calls that wait',
    seconds: 120,
    async run(context) {
      const trench = await Trench.start(context);
      await trench.fault({ $case: 'hang', value: {} }, 'edge');
      const { tap } = trench;
      const asked = await Following.start<{ streams: readonly Listed[] }>(context, 'watch', { tap }, '.edge');
      await meridio(context, 'open', { tap }, web);
      const summary = await trench.history({ cycles: 200, pause: '300ms', watched: '.core' }, [
        'api.core.demo',
      ]);
      assert.deepEqual(asked.seen.at(-1)?.streams, [{ stream: web, status: 'UNAVAILABLE' }]);
      assert.ok(summary.slowest_open_ms < 1_000, `OPEN after ${summary.slowest_open_ms} ms`);
      tell(context, summary);
    },
  },
  {
    name: 'history of a registry in which others write: what no tap has registered is found',
    needs,
    async run(context) {
      const trench = await Trench.start(context);
      const { address: nsp } = trench.nsp;
      const flags = trench.flags({ 'by-list': true, cycles: 10, settle: '1s' });
      const [found] = await Promise.all([
        refusal(context, 'history', flags, web),
        delay(1_000).then(() =>
          meridio(context, 'register', { nsp, ips: '172.16.0.9/24', identifier: 3 }, 'api.core.demo'),
        ),
      ]);
      for (const rule of [
        'a target is of a stream that somebody opened',
        'a target has the addresses of a connection',
        'an entry of the registry does not outlive the Close',
      ])
        assert.ok(found.includes(rule), `${rule} is not in\n${found}`);
    },
  },
];
