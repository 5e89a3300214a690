// `syncline region watch`: the status again and again; in a terminal in place, otherwise a line each.

import { Phase, RegionServiceDefinition, type RegionStatus } from '@syncline/proto/region.ts';
import { Command } from 'commander';
import { untilOption } from '../goal.ts';
import { everyOption, printState } from '../live.ts';
import { jsonText, printLine } from '../print.ts';
import { indexText, regionStateText, regionStatusJson, regionStatusText } from '../region-text.ts';
import { defaultAddress, openSession } from '../session.ts';

const goals = {
  ready: ({ ready }: RegionStatus) => ready,
  live: ({ phase }: RegionStatus) => phase === Phase.LIVE || phase === Phase.SERVING,
} as const;

/** The command. */
export function regionWatchCommand(): Command {
  return new Command('watch')
    .description('show the status of a member whenever it changes, until Ctrl-C or --until')
    .addOption(everyOption())
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
          if (session.json) printLine(jsonText(regionStatusJson(status)));
          else printState(regionStatusText(status), lineOf(status));
          if (until !== undefined && goals[until](status)) break;
        }
      },
    );
}

/** The state in a line. */
function lineOf(status: RegionStatus): string {
  const { regions, nextIndex, ledger } = status;
  const facts = `${regions} regions, next ${indexText(nextIndex)}, ${ledger?.received ?? 0n} received`;
  return `${regionStateText(status)}  ${facts}`;
}
