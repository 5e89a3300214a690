// `syncline region drain`: prepares a leader for its stop.

import { RegionServiceDefinition } from '@syncline/proto/region.ts';
import { Command } from 'commander';
import { jsonText, printLine } from '../print.ts';
import { indexText } from '../region-text.ts';
import { defaultAddress, openSession } from '../session.ts';

/** The command. */
export function regionDrainCommand(): Command {
  return new Command('drain')
    .description(
      'let a leader take nothing more and send what it took, until it is restarted; ends when all of it is durable',
    )
    .action(async (_options: object, command: Command) => {
      using session = openSession(command, defaultAddress.region);
      const { durableIndex, streams } = await session.connection
        .client(RegionServiceDefinition)
        .drain({}, { signal: session.signal });
      printLine(
        session.json
          ? jsonText({ durable_index: durableIndex, streams })
          : `everything before index ${indexText(durableIndex)} is durable; streams ended: ${streams}`,
      );
    });
}
