// PD's own leader (pd-leader): its regions, changed on command.

import { until } from '@syncline/testkit/wait.ts';
import type { CaseContext } from '../context.ts';
import { defaultLayout, type RegionLayout } from '../region-layout.ts';
import { PdConsole } from './console.ts';

const FOLLOWED_MS = 20_000;
/** It makes its regions first, which takes seconds for a million. */
const SERVES_MS = 60_000;

/** What a leader holds, and who follows it; memory is in bytes. */
export interface LeaderState {
  readonly regions: number;
  /** Of the next record. */
  readonly index: number;
  /** Names of the members that have a stream. */
  readonly followers: readonly string[];
  readonly rss: number;
  readonly peakRss: number;
}

/** How regions change; `stamp` makes the version the time in microseconds. */
export type RegionChange = 'leader' | 'epoch' | 'stamp' | 'split' | 'merge';

export interface LeaderSettings {
  readonly clusterId?: bigint;
  readonly layout?: Partial<RegionLayout>;
  /** History index to begin with; without it the number of regions, as if each had been recorded. */
  readonly index?: number;
}

/** A running pd-leader. Commands resolve when PD's syncer has recorded what they caused. */
export interface PdLeader {
  readonly pid: number;
  /** `host:port`, also after a restart. */
  readonly address: string;
  /** The regions it began with. */
  readonly layout: RegionLayout;
  status(): Promise<LeaderState>;
  digest(): Promise<LeaderState & { readonly digest: string }>;
  /** Waits until live records go to the member of that name. */
  followedBy(name: string): Promise<LeaderState>;
  change(count: number, kind: RegionChange): Promise<LeaderState>;
  /** Changes without a record, as if it had got its regions elsewhere. */
  edit(count: number, kind: RegionChange): Promise<LeaderState>;
  /** Removes neighbours, which PD has no record for. */
  remove(count: number): Promise<LeaderState>;
  /** Changes a second from now on, 0 for none; rejects when those before could not be recorded. */
  churn(rate: number, kind: RegionChange): Promise<LeaderState>;
  /** Ends all streams and begins at the same index with an empty history. */
  restart(): Promise<LeaderState>;
}

/** Starts a leader; it serves when this resolves. */
export async function startPdLeader(context: CaseContext, settings: LeaderSettings = {}): Promise<PdLeader> {
  const layout = { ...defaultLayout, ...settings.layout };
  const program = await context.start('pd-leader', [
    `-cluster=${settings.clusterId ?? 1n}`,
    `-regions=${layout.count}`,
    `-seed=${layout.seed}`,
    `-first-id=${layout.firstId}`,
    `-stores=${layout.stores}`,
    `-index=${settings.index ?? -1}`,
  ]);
  const address = await program.listening(SERVES_MS);
  const console = new PdConsole(program);
  const status: PdLeader['status'] = () => console.ask('status');
  return {
    pid: program.pid,
    address,
    layout,
    status,
    followedBy: (name) =>
      until(status, {
        deadlineMs: FOLLOWED_MS,
        describe: `${name} following`,
        accept: ({ followers }) => followers.includes(name),
      }),
    digest: () => console.ask('digest'),
    change: (count, kind) => console.ask(`change ${count} ${kind}`),
    edit: (count, kind) => console.ask(`edit ${count} ${kind}`),
    remove: (count) => console.ask(`remove ${count}`),
    churn: (rate, kind) => console.ask(`churn ${rate} ${kind}`),
    restart: () => console.ask('restart'),
  };
}
