// The region syncer's traces as a real Jaeger shows them: a change of a region, from its store to everybody who follows.

import { until } from '@syncline/testkit/wait.ts';
import type { InteropCase } from '../case.ts';
import { type Span, startJaeger } from '../jaeger/jaeger.ts';
import { allSpans, isChild, isLinked } from '../jaeger/links.ts';
import { RegionMember } from '../region/member.ts';

const followers = ['f1', 'f2'];

/** The followers that have applied what one heartbeat told, of that heartbeat that most of them have. */
function farthest(spans: readonly Span[]): string[] {
  const named = (service: string, name: string) =>
    spans.filter((span) => span.service === service && span.operationName === name);
  const records = named('region-syncer', 'region record');
  const applied = named('region-syncer', 'region apply');
  const ways = named('region-feed', 'region heartbeat').map((heartbeat) =>
    records
      .filter((record) => isChild(record, heartbeat))
      .flatMap((record) => applied.filter((span) => isLinked(span, record)).map(memberOf)),
  );
  return ways.toSorted((a, b) => b.length - a.length)[0] ?? [];
}

/** The name of the follower whose span it is. */
function memberOf({ tags }: Span): string {
  const value = tags.find(({ key }) => key === 'syncline.member')?.value;
  return typeof value === 'string' ? value : '';
}

export const cases: readonly InteropCase[] = [
  {
    name: 'Jaeger: a heartbeat of a store is followed to the leader’s record, and by links to each follower',
    needs: ['jaeger'],
    async run(context) {
      const jaeger = await startJaeger(context);
      const leader = await RegionMember.start(context, { ROLE: 'leader', TRACE_EVERY: '0' }, jaeger.env);
      for (const name of followers) {
        const settings = { ROLE: 'follower', LEADER: leader.address, NAME: name };
        const follower = await RegionMember.start(context, settings, jaeger.env);
        await follower.becomes('the follower being ready', ({ ready }) => ready);
      }
      await context.startRegionFeed({
        env: {
          ...jaeger.env,
          SYNCLINE_REGION_FEED_PD: leader.address,
          SYNCLINE_REGION_FEED_TRACE_EVERY: '20',
        },
      });
      await until(async () => farthest(await allSpans(jaeger)), {
        deadlineMs: 20_000,
        everyMs: 300,
        describe: `a heartbeat being followed to ${followers.join(' and ')}`,
        accept: (members) => followers.every((name) => members.includes(name)),
      });
    },
  },
];
