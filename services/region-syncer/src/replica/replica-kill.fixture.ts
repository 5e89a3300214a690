// A process that is to be killed: node replica-kill.fixture.ts <directory> <failpoints> <records to a checkpoint> leads
// and then follows, over a store in its own thread. It says on stdout, a line each, what it was told is durable.

import { writeSync } from 'node:fs';
import { systemClock } from '@syncline/runtime/clock.ts';
import { seededRng } from '@syncline/runtime/rng.ts';
import { indexOf } from '../log/index.ts';
import type { ModelRegion } from '../regions/regions.fixture.ts';
import { openRegionStore } from '../store/open-region-store.ts';
import { identity, storeOptions } from '../store/store.fixture.ts';
import { member, never, record, regionsSideBySide, runOf, settled } from './replica.fixture.ts';
import { Replica } from './replica.ts';
import { smallSettings } from './replica-settings.fixture.ts';
import { storeOn } from './replica-store.ts';

/** The record at a place in what the process leads. */
export function killedRecord(at: number): ModelRegion | undefined {
  return regionsSideBySide(30, at)[at % 30];
}

/** How many records it leads with. */
export const killedRecords = 300;

/** The snapshot that it takes then, and the records after it. */
export const killedSnapshot = { index: indexOf(9, 70), regions: regionsSideBySide(60, 7) };
export const killedFollowing: readonly ModelRegion[] = regionsSideBySide(60, 8).slice(0, 20);

async function lead(replica: Replica): Promise<void> {
  await replica.beginTerm(member, never);
  say(replica);
  for (let at = 0; at < killedRecords; at++) {
    const region = killedRecord(at);
    if (region !== undefined) record(replica, region);
    if (at % 10 === 9) await new Promise((resolve) => setImmediate(resolve));
    // However slow the disk is, there are appends enough to be killed at.
    if (at % 30 === 29) await settled(replica);
  }
  await settled(replica);
}

async function follow(replica: Replica): Promise<void> {
  const incoming = replica.begin();
  for (let at = 0; at < 60; at += 20) await incoming.stage(runOf(killedSnapshot.regions.slice(at, at + 20)));
  await incoming.complete(killedSnapshot.index, { kind: 'ours', member: 5n });
  say(replica);
  await replica.apply(runOf(killedFollowing), killedSnapshot.index, 'all');
  await settled(replica);
}

function say({ durable }: Replica): void {
  writeSync(1, `${durable}\n`);
}

if (import.meta.main) {
  const [, , directory = '', failpoints = '', checkpointRecords = '1000'] = process.argv;
  const options = { ...storeOptions(directory), failpoints };
  const thread = await openRegionStore(options, 5_000, () => {});
  await thread.call('identify', identity);
  const fail = (error: Error) => {
    throw error;
  };
  const replica = await Replica.open(
    {
      store: storeOn(thread),
      settings: { ...smallSettings, checkpointRecords: Number(checkpointRecords) },
      clock: systemClock,
      rng: seededRng(1),
      pause: () => new Promise((resolve) => setImmediate(resolve)),
      events: {
        loading() {},
        checkpointed() {},
        checkpointFailed: fail,
        trimFailed: fail,
        broken: fail,
      },
    },
    never,
  );
  replica.onCommitted(() => say(replica));
  await lead(replica);
  await follow(replica);
  await replica[Symbol.asyncDispose]();
  await thread[Symbol.asyncDispose]();
}
