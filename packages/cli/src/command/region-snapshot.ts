// `syncline region snapshot`: lets a leader send a follower all regions, which may be a PD.

import { RegionServiceDefinition } from '@syncline/proto/region.ts';
import { Command } from 'commander';
import { jsonText, printLine } from '../print.ts';
import { defaultAddress, openSession } from '../session.ts';

/** The command. */
export function regionSnapshotCommand(): Command {
  return new Command('snapshot')
    .description('let a leader end the stream of a follower, and send it all regions when it comes back')
    .argument('<follower>', 'its name, as `region status` of the leader shows it')
    .action(async (name: string, _options: object, command: Command) => {
      using session = openSession(command, defaultAddress.region);
      await session.connection
        .client(RegionServiceDefinition)
        .forceSnapshot({ name }, { signal: session.signal });
      printLine(session.json ? jsonText({ name }) : `${name} is sent all regions next`);
    });
}
