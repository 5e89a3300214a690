// PD's own follower (pd-follower): started on a leader's address, asked what it holds.

import { tempDir } from '@syncline/testkit/temp-dir.ts';
import { until } from '@syncline/testkit/wait.ts';
import type { CaseContext } from '../context.ts';
import { PdConsole } from './console.ts';

const BECOMES_MS = 20_000;

/** What a follower holds, and what it says of itself. */
export interface FollowerState {
  /** PD then answers reads from this follower. */
  readonly running: boolean;
  readonly regions: number;
  /** Of the record that it wants next. */
  readonly index: number;
}

/** A state, and how long after the follower was told to follow, in ms; memory is in bytes. */
export interface FollowerMoment extends FollowerState {
  readonly ms: number;
  readonly rss: number;
  readonly peakRss: number;
}

/** A region as the follower has it; keys are hex, and the leader is a peer id, "0" for none. */
export interface HeldRegion {
  readonly id: string;
  readonly startKey: string;
  readonly endKey: string;
  readonly confVer: string;
  readonly version: string;
  readonly leader: string;
}

/** How old stamped changes were when they could be read, in microseconds. */
export interface ChangeAges {
  readonly count: number;
  readonly p50us: number;
  readonly p99us: number;
  readonly maxus: number;
}

export interface FollowerSettings {
  /** `host:port` of the leader. */
  readonly leader: string;
  readonly clusterId?: bigint;
  readonly name?: string;
  /** Its LevelDB; a new one that goes with the case without it. */
  readonly folder?: string;
  /** Instead of the index in the folder; 0 asks for a full sync. */
  readonly index?: number;
}

/** A running pd-follower. */
export interface PdFollower {
  readonly pid: number;
  status(): Promise<FollowerMoment>;
  digest(): Promise<FollowerState & { readonly digest: string }>;
  /** Rejects with a PdError when there is no such region. */
  region(id: bigint): Promise<HeldRegion>;
  /** Of the changes since it was last asked; only those of pd-leader's kind `stamp` count. */
  latency(): Promise<ChangeAges>;
  /** Waits until the status is as wanted, and gives it. */
  becomes(describe: string, accept: (status: FollowerMoment) => boolean): Promise<FollowerMoment>;
  /** Waits until its regions have this digest. */
  shows(digest: string): Promise<FollowerState>;
  /** Leaves its leader; it takes PD's second. */
  leave(): Promise<FollowerState>;
  /** Follows `leader`, the last one without it, from what it holds. */
  follow(leader?: string): Promise<FollowerState>;
  /** Flushes, and resolves when the process is gone. */
  quit(): Promise<void>;
  kill(signal: NodeJS.Signals): void;
}

/** Starts a follower; it may not be connected when this resolves. */
export async function startPdFollower(context: CaseContext, settings: FollowerSettings): Promise<PdFollower> {
  const { leader, clusterId = 1n, name = 'pd-follower', index = -1 } = settings;
  const folder = settings.folder ?? context.own(await tempDir('pd-follower')).path;
  const program = await context.start('pd-follower', [
    `-leader=http://${leader}`,
    `-cluster=${clusterId}`,
    `-name=${name}`,
    `-data=${folder}`,
    `-index=${index}`,
  ]);
  const console = new PdConsole(program);
  const status = () => console.ask<FollowerMoment>('status');
  const digest: PdFollower['digest'] = () => console.ask('digest');
  return {
    pid: program.pid,
    status,
    digest,
    latency: () => console.ask('latency'),
    region: (id) => console.ask(`get ${id}`),
    becomes: (describe, accept) => until(status, { deadlineMs: BECOMES_MS, everyMs: 50, describe, accept }),
    shows: (wanted) =>
      until(digest, {
        deadlineMs: BECOMES_MS,
        everyMs: 100,
        describe: `${name} holding what its leader holds, ${wanted}`,
        accept: (held) => held.digest === wanted,
      }),
    leave: () => console.ask('stop'),
    follow: (next) => console.ask(next === undefined ? 'follow' : `follow http://${next}`),
    async quit() {
      program.tell('quit');
      await program.exited;
    },
    kill: (signal) => program.kill(signal),
  };
}
