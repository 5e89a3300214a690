// `syncline region status`: what a member says of itself.

import { RegionServiceDefinition } from '@syncline/proto/region.ts';
import { Command } from 'commander';
import { jsonText, printLine } from '../print.ts';
import { regionStatusJson, regionStatusText } from '../region-text.ts';
import { defaultAddress, openSession } from '../session.ts';

/** The command. */
export function regionStatusCommand(): Command {
  return new Command('status')
    .description('show what a member says of itself: its copy, log, ledger, and its leader or followers')
    .action(async (_options: object, command: Command) => {
      using session = openSession(command, defaultAddress.region);
      const { status } = await session.connection
        .client(RegionServiceDefinition)
        .status({}, { signal: session.signal });
      if (status === undefined) throw new Error('the service sent no status');
      printLine(session.json ? jsonText(regionStatusJson(status)) : regionStatusText(status));
    });
}
