// The command line: which items, how many runs.

import { parseArgs } from 'node:util';

export const help = `Usage: npm run bench -- [items] [--runs 3]

Measures our datastore (ours) beside the straight pipe (P) and openconfig's collector (O, where Go is installed),
interleaved on this machine. Every figure is the median of the runs, and is printed only when the subscriber's last
value of every leaf is what the device sent. The column "wanted" is information; nothing is asserted but that.

Items, all of them without arguments:
  a  100,000 leaves from the device to a subscriber, and to one that comes later
  b  throughput, with 10 updates a notification and with 1
  c  latency at 5,000 updates/s
  d  event-loop lag of the datastore's main thread: a line of the tables of a and b
  e  200 subscribers, one of them stalled
  f  1,000,000 leaves: memory, restart, a full read

  --runs N      measurements of each figure, 1 to 25, 3 by default
  --only NAMES  contenders, of P,O,ours
  --help        this text

Exits 1 when ours or P lost or changed a value, or did not come to an end.
`;

const letters = ['a', 'b', 'c', 'd', 'e', 'f'] as const;
const names = ['P', 'O', 'ours'] as const;
const mostRuns = 25;

export type Letter = (typeof letters)[number];
export type ContenderName = (typeof names)[number];

export interface Options {
  readonly help: boolean;
  readonly items: ReadonlySet<Letter>;
  readonly runs: number;
  readonly only: readonly ContenderName[];
}

/** A command line that means nothing. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** Throws UsageError, naming what is wrong. */
export function parseOptions(args: readonly string[]): Options {
  const { values, positionals } = parse(args);
  const runs = Number(values.runs);
  if (!Number.isInteger(runs) || runs < 1 || runs > mostRuns) {
    throw new UsageError(`--runs ${values.runs}: expected 1 to ${mostRuns}`);
  }
  const items = positionals.map((given) => oneOf(letters, given, 'item'));
  return {
    help: values.help,
    // The lag is measured during a and b.
    items: new Set(
      items.length === 0 ? letters : items.flatMap((item) => (item === 'd' ? ['a', 'b'] : [item])),
    ),
    runs,
    only: values.only.split(',').map((given) => oneOf(names, given, 'contender')),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        runs: { type: 'string', default: '3' },
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
