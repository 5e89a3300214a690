// `syncline region lag`: how far copies are behind.

import { RegionServiceDefinition, Role } from '@syncline/proto/region.ts';
import { Command } from 'commander';
import { plainName } from '../enum-name.ts';
import { jsonText, printLine, tableText } from '../print.ts';
import { indexText } from '../region-text.ts';
import { defaultAddress, openSession } from '../session.ts';

/** The command. */
export function regionLagCommand(): Command {
  return new Command('lag')
    .description('show how far each follower of a leader is behind, or how far a follower is itself')
    .action(async (_options: object, command: Command) => {
      using session = openSession(command, defaultAddress.region);
      const { role, leaderNext, followers } = await session.connection
        .client(RegionServiceDefinition)
        .lag({}, { signal: session.signal });
      if (session.json) {
        const rows = followers.map((follower) => ({
          name: follower.name,
          next_index: follower.nextIndex,
          lag_records: follower.lagRecords,
          lag_ms: follower.lagMs,
        }));
        printLine(jsonText({ role: plainName(Role, role), leader_next: leaderNext, followers: rows }));
        return;
      }
      const rows = followers.map(({ name, nextIndex, lagRecords, lagMs }) => [
        name,
        indexText(nextIndex),
        indexText(leaderNext),
        String(lagRecords),
        `${lagMs} ms`,
      ]);
      printLine(tableText(['FOLLOWER', 'NEXT', 'LEADER NEXT', 'RECORDS', 'AGE'], rows));
    });
}
