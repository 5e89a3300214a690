// A member on /metrics, read when it is scraped from the same views as Status. No names of members are labels.

import { Counter, Gauge, type Metrics } from '@syncline/telemetry/metrics.ts';
import type { ReportedBuckets } from '../cluster/reported-buckets.ts';
import type { Counts } from './counts.ts';
import type { LagView } from './lag-view.ts';
import type { LeaderLines } from './leader-lines.ts';
import type { MemberStatus } from './member-status.ts';
import type { PdParts } from './pd-parts.ts';

interface Seen {
  readonly status: MemberStatus;
  readonly counts: Counts;
  readonly lag: LagView;
  readonly buckets: ReportedBuckets | undefined;
  readonly forwarded: number;
}

/** Whom the metrics are about; it may be another member after the loading, of the same role. */
type Shown = Pick<PdParts, 'member' | 'leading'>;

type Lines = Pick<LeaderLines, 'forwarded'>;

interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

interface Family {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  readonly samples: (seen: Seen) => readonly Sample[];
}

/** Registers the families of the region syncer. */
export function registerRegionMetrics(metrics: Metrics, shown: Shown, lines: Lines): void {
  const scrape = new Scrape(shown, lines);
  const leads = shown.member.role === 'leader';
  for (const family of [...counters, ...(leads ? leaderCounters : followerCounters)])
    register(Counter, family, metrics, scrape);
  for (const family of [...gauges, ...(leads ? leaderGauges : followerGauges)])
    register(Gauge, family, metrics, scrape);
}

function register(
  kind: typeof Counter | typeof Gauge,
  { name, help, labels, samples }: Family,
  metrics: Metrics,
  scrape: Scrape,
): void {
  const metric = new kind({
    name,
    help,
    labelNames: [...labels],
    registers: [metrics],
    collect() {
      metric.reset();
      for (const { labels: given, value } of samples(scrape.look())) metric.inc({ ...given }, value);
    },
  });
}

/** One look at the member, shared by the families of a scrape: they are all collected in one go. */
class Scrape {
  readonly #shown: Shown;
  readonly #lines: Lines;
  #seen: Seen | undefined;

  constructor(shown: Shown, lines: Lines) {
    this.#shown = shown;
    this.#lines = lines;
  }

  look(): Seen {
    const { member, leading } = this.#shown;
    this.#seen ??= {
      status: member.status(),
      counts: member.counts(),
      lag: member.lag(),
      buckets: leading?.buckets,
      forwarded: this.#lines.forwarded,
    };
    queueMicrotask(() => {
      this.#seen = undefined;
    });
    return this.#seen;
  }
}

/** A family of one number. */
function one(name: string, help: string, value: (seen: Seen) => number): Family {
  return { name, help, labels: [], samples: (seen) => [{ labels: {}, value: value(seen) }] };
}

const counters: readonly Family[] = [
  {
    name: 'region_records_total',
    help: 'Records by what became of them; received is the sum of the others and of what is pending',
    labels: ['fate'],
    samples: ({ status: { ledger } }) =>
      Object.entries(ledger)
        .filter(([fate]) => fate !== 'pending')
        .map(([fate, value]: [string, number]) => ({ labels: { fate }, value })),
  },
  {
    name: 'region_joins_total',
    help: 'Streams by how they brought their follower up to date, and why so',
    labels: ['tier', 'reason'],
    samples: ({ counts }) =>
      counts.joins.map(({ tier, reason, count }) => ({ labels: { tier, reason }, value: count })),
  },
  {
    name: 'region_stream_end_total',
    help: 'Streams that ended, by why',
    labels: ['reason'],
    samples: ({ counts }) =>
      counts.streamEnds.map(({ reason, count }) => ({ labels: { reason }, value: count })),
  },
  one('region_snapshots_total', 'Complete snapshots sent or taken', ({ counts }) => counts.snapshots.count),
  one('region_snapshot_seconds_total', 'Time that they took', ({ counts }) => counts.snapshots.seconds),
  one('region_snapshot_bytes_total', 'Bytes of them', ({ counts }) => counts.snapshots.bytes),
  one(
    'region_pump_blocked_seconds_total',
    'Time that streams waited for followers that took nothing',
    ({ counts }) => counts.pumpBlockedSeconds,
  ),
  one(
    'region_digest_mismatch_total',
    "Frames whose digest was not this member's at the same index; exists to stay 0",
    ({ status }) => status.digestMismatches,
  ),
];

const gauges: readonly Family[] = [
  one('region_ready', 'Whether reads are answered from this copy', ({ status }) => (status.ready ? 1 : 0)),
  one('region_leader', 'Whether this member leads', ({ status }) => (status.role === 'leader' ? 1 : 0)),
  one('region_term', 'The term of the indexes; of a follower the highest seen', ({ status }) => status.term),
  one('region_regions', 'Regions in the copy', ({ status }) => status.regions),
  one('region_arena_bytes', "Memory of the regions' bytes", ({ status }) => status.arenaBytes),
  one('region_records_pending', 'Records received and not applied', ({ status }) => status.ledger.pending),
  one(
    'region_lag_records',
    'Records that are missing; of a leader, to the follower that lacks most',
    ({ lag }) => Math.max(0, ...lag.followers.map(({ records }) => records)),
  ),
  one(
    'region_lag_seconds',
    'Age of the oldest record that is missing; of a leader, of any follower',
    ({ lag }) => Math.max(0, ...lag.followers.map(({ ms }) => ms)) / 1e3,
  ),
  one('region_log_first_index', 'The first index that the log holds', ({ status }) => status.first),
  one('region_log_next_index', 'The index of the next record', ({ status }) => status.next),
  one('region_log_durable_index', 'All records before it survive a kill', ({ status }) => status.durable),
  one(
    'region_checkpoint_index',
    'All records before it are in the checkpoint that a start reads',
    ({ status }) => status.applied,
  ),
  one('region_retained_records', 'Records in the log', ({ status }) => status.log.records),
  one('region_retained_bytes', 'Bytes of them', ({ status }) => status.log.bytes),
];

const leaderCounters: readonly Family[] = [
  {
    name: 'region_join_refused_total',
    help: 'Requests of followers that became no stream, by why',
    labels: ['reason'],
    samples: ({ counts }) =>
      counts.refusals.map(({ reason, count }) => ({ labels: { reason }, value: count })),
  },
  one(
    'region_reported_buckets_forgotten_total',
    'Reports of buckets that were forgotten for want of room',
    ({ buckets }) => buckets?.forgotten ?? 0,
  ),
];

const leaderGauges: readonly Family[] = [
  one(
    'region_reported_buckets',
    "Regions whose reported buckets wait for the region's next record",
    ({ buckets }) => buckets?.size ?? 0,
  ),
  {
    name: 'region_streams',
    help: 'Streams to followers by where they stand',
    labels: ['phase'],
    samples: ({ status }) => status.streams.map(({ phase }) => ({ labels: { phase }, value: 1 })),
  },
];

const followerCounters: readonly Family[] = [
  {
    name: 'region_frame_faults_total',
    help: 'Frames of a PD that were not taken whole, by the list of which something was left out',
    labels: ['fault'],
    samples: ({ status }) =>
      (status.link?.frameFaults ?? []).map(({ fault, count }) => ({ labels: { fault }, value: count })),
  },
  one(
    'region_forwarded_total',
    'Calls that were passed on to the leader, whom their caller named',
    ({ forwarded }) => forwarded,
  ),
];

const followerGauges: readonly Family[] = [
  one(
    'region_last_frame_age_seconds',
    'Since the leader was last heard of',
    ({ status }) => (status.link?.lastFrameAgeMs ?? 0) / 1e3,
  ),
];
