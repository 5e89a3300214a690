// The command line: which items, how many runs.

import { parseArgs } from 'node:util';

export const help = `Usage: npm run bench -- [items] [--runs N]

Measures ours beside baselines that are measured in turn with it on this machine. Every figure is the median of the
runs, and is printed only when in the end every copy is what it was made from. The column "wanted" is information;
nothing is asserted but that.

Items of the datastore, beside the straight pipe (P) and openconfig's collector (O, where Go is installed):
  a  100,000 leaves from the device to a subscriber, and to one that comes later
  b  throughput, with 10 updates a notification and with 1
  c  latency at 5,000 updates/s
  d  event-loop lag of the datastore's main thread: a line of the tables of a and b
  e  200 subscribers, one of them stalled
  f  1,000,000 leaves: memory, restart, a full read
Items of the region syncer, beside a raw reader of the same frames (R) and PD's own leader and followers (P, where Go is
installed):
  r1 full sync of 100,000 and 1,000,000 regions to a cold follower
  r2 catch-up of 1,000 to 1,000,000 missed records
  r3 the highest rate that 1, 4 and 8 followers hold
  r4 from a change to where it can be read, at 2,000/s and 20,000/s, with 1 and 4 followers
  r6 full sync of 1,000,000 regions while 20,000 of them change a second
  r7 from kill -9 to ready with 1,000,000 regions
  r8 four followers, one of them stalled
Items of the tap and its neighbours, beside the floor (F): the least that anything in their place would have to do:
  t1 from Open to OPEN, 1, 10 and 100 streams
  t2 10,000 streams opened and closed: heap and handles of the tap
  t3 other addresses for 100 streams
  t4 a change and 1,000 watchers of the NSP
  t5 the load balancer: lookups, and tables for 100 and 10,000 targets
All of them without arguments.

  --runs N      measurements of each figure, 1 to 25, 3 by default
  --only NAMES  contenders, of P,O,R,F,ours
  --help        this text

Exits 1 when ours, R, F or the straight pipe lost or changed anything, or did not come to an end.
`;

const ofDatastore = ['a', 'b', 'c', 'd', 'e', 'f'] as const;
const ofRegions = ['r1', 'r2', 'r3', 'r4', 'r6', 'r7', 'r8'] as const;
const ofTrench = ['t1', 't2', 't3', 't4', 't5'] as const;
const letters = [...ofDatastore, ...ofRegions, ...ofTrench] as const;
const names = ['P', 'O', 'R', 'F', 'ours'] as const;
const usualRuns = 3;
const mostRuns = 25;

export type Letter = (typeof letters)[number];
export type ContenderName = (typeof names)[number];

export interface Options {
  readonly help: boolean;
  readonly items: ReadonlySet<Letter>;
  readonly runs: number;
  readonly only: ReadonlySet<ContenderName>;
}

/** A command line that means nothing. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** Throws UsageError, naming what is wrong. */
export function parseOptions(args: readonly string[]): Options {
  const { values, positionals } = parse(args);
  const items = positionals.map((given) => oneOf(letters, given, 'item'));
  return {
    help: values.help,
    // The lag is measured during a and b.
    items: new Set(
      items.length === 0 ? letters : items.flatMap((item) => (item === 'd' ? ['a', 'b'] : [item])),
    ),
    runs: values.runs === undefined ? usualRuns : runsOf(values.runs),
    only: new Set(values.only.split(',').map((given) => oneOf(names, given, 'contender'))),
  };
}

function runsOf(given: string): number {
  const runs = Number(given);
  if (Number.isInteger(runs) && runs >= 1 && runs <= mostRuns) return runs;
  throw new UsageError(`--runs ${given}: expected 1 to ${mostRuns}`);
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        runs: { type: 'string' },
        only: { type: 'string', default: names.join(',') },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function oneOf<Word extends string>(words: readonly Word[], given: string, what: string): Word {
  const word = words.find((each) => each === given);
  if (word === undefined) throw new UsageError(`${what} ${given}: expected one of ${words.join(', ')}`);
  return word;
}
