// `syncline region watch`: the status again and again; in a terminal in place, otherwise a line each.

import { Phase, RegionServiceDefinition, type RegionStatus } from '@syncline/proto/region.ts';
import { Command, Option } from 'commander';
import { readDuration } from '../duration.ts';
import { untilOption } from '../goal.ts';
import { jsonText, printLine } from '../print.ts';
import { indexText, regionStateText, regionStatusJson, regionStatusText } from '../region-text.ts';
import { defaultAddress, openSession } from '../session.ts';

/** Clears the screen and goes to its top left corner. */
const clear = '\u001b[2J\u001b[H';

const goals = {
  ready: ({ ready }: RegionStatus) => ready,
  live: ({ phase }: RegionStatus) => phase === Phase.LIVE || phase === Phase.SERVING,
} as const;

/** The command. */
export function regionWatchCommand(): Command {
  return new Command('watch')
    .description('show the status of a member whenever it changes, until Ctrl-C or --until')
    .addOption(
      new Option('--every <duration>', 'least time between two looks, 100ms to 60s')
        .argParser(readDuration)
        .default(1_000, '1s'),
    )
    .addOption(untilOption('end as soon as this holds', Object.keys(goals)))
    .action(
      async (
        { every, until }: { readonly every: number; readonly until?: keyof typeof goals },
        command: Command,
      ) => {
        using session = openSession(command, defaultAddress.region);
        const watched = session.connection
          .client(RegionServiceDefinition)
          .watchStatus({ intervalMs: every }, { signal: session.signal });
        for await (const { status } of watched) {
          if (status === undefined) continue;
          printLine(session.json ? jsonText(regionStatusJson(status)) : shown(status));
          if (until !== undefined && goals[until](status)) break;
        }
      },
    );
}

function shown(status: RegionStatus): string {
  if (process.stdout.isTTY) return `${clear}${regionStatusText(status)}`;
  const { regions, nextIndex, ledger } = status;
  const facts = `${regions} regions, next ${indexText(nextIndex)}, ${ledger?.received ?? 0n} received`;
  return `${new Date().toISOString()}  ${regionStateText(status)}  ${facts}`;
}
