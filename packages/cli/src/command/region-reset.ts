// `syncline region reset`: lets a follower take all regions anew.

import { RegionServiceDefinition } from '@syncline/proto/region.ts';
import { Command } from 'commander';
import { jsonText, printLine } from '../print.ts';
import { indexText } from '../region-text.ts';
import { defaultAddress, openSession } from '../session.ts';

/** The command. */
export function regionResetCommand(): Command {
  return new Command('reset')
    .description('let a follower take a snapshot; it serves what it has until the new copy is complete')
    .option('--reason <text>', 'kept in its log', 'operator')
    .action(async ({ reason }: { readonly reason: string }, command: Command) => {
      using session = openSession(command, defaultAddress.region);
      const { nextIndex } = await session.connection
        .client(RegionServiceDefinition)
        .resetFollower({ reason }, { signal: session.signal });
      printLine(session.json ? jsonText({ next_index: nextIndex }) : `forgot index ${indexText(nextIndex)}`);
    });
}
