// Applications on Meridio's own stubs open, watch and close on our taps at random, while what taps, NSP and proxy say is
// recorded from outside and held against the rules of meridio/history/rules.go.

import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import type { InteropCase } from '../case.ts';
import type { CaseContext } from '../context.ts';
import { type HistorySummary, Trench } from '../meridio/trench.ts';

const atOnce = 'histories of taps';
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
      atOnce,
      seconds: 120,
      async run(context) {
        const trench = await Trench.start(context);
        const summary = await trench.history({ seed, cycles: 300, pause: '300ms' });
        assert.ok((summary.reached['OPEN'] ?? 0) > 30, 'too few of the Opens were seen to be OPEN');
        tell(context, summary);
      },
    }),
  ),
  {
    name: 'history of five taps on the same streams: identifiers are unique, and each has one target a stream',
    needs,
    atOnce,
    seconds: 120,
    async run(context) {
      const trench = await Trench.start(context, { taps: 5 });
      const summary = await trench.history({ cycles: 100, pause: '300ms' });
      assert.ok(summary.most_targets > 5, `never more than ${summary.most_targets} targets at once`);
      tell(context, summary);
    },
  },
  {
    name: 'history of four taps on a stream for two: never more than two are enabled, and the others say UNAVAILABLE',
    needs,
    atOnce,
    seconds: 120,
    async run(context) {
      const trench = await Trench.start(context, {
        taps: 4,
        configuration: (demo) => demo.replace('max-targets: 100', 'max-targets: 2'),
      });
      const summary = await trench.history({ cycles: 100, pause: '1s', settled: 'OPEN,UNAVAILABLE' }, [web]);
      assert.ok((summary.reached['OPEN'] ?? 0) > 4 && (summary.reached['UNAVAILABLE'] ?? 0) > 0);
      tell(context, summary);
    },
  },
  {
    name: 'history with an NSP that crashes: what it knew is there again, and nothing outlives its Close',
    needs,
    atOnce,
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
    atOnce,
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
    atOnce,
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
    atOnce,
    seconds: 120,
    async run(context) {
      const trench = await Trench.start(context);
      await trench.fault({ $case: 'noBridgeAddress', value: {} });
      const settled = 'OPEN,UNAVAILABLE';
      tell(
        context,
        await trench.history({ 'by-list': true, cycles: 100, pause: '300ms', steady: true, settled }),
      );
    },
  },
  {
    name: 'history of a proxy that gets its bridge addresses late: every stream is OPEN without being asked for again',
    needs,
    atOnce,
    async run(context) {
      const trench = await Trench.start(context);
      await trench.fault({ $case: 'noBridgeAddress', value: {} });
      const history = trench.history({ 'by-list': true, cycles: 2, pause: '8s', settle: '6s' });
      await delay(3_000);
      const reasons = (await trench.dump()).streams.map(({ state, reason }) => `${state}: ${reason}`);
      await trench.heal();
      const summary = await history;
      assert.equal(summary.reached['OPEN'], 3);
      tell(context, summary);
      context.note(`without: ${reasons.join('; ')}`);
    },
  },
];
