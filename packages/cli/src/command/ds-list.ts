// `syncline ds list`: the datastores and their devices.

import { DataServerDefinition, TargetStatus } from '@syncline/proto/data.ts';
import { Command } from 'commander';
import { plainName } from '../enum-name.ts';
import { jsonText, printLine, tableText } from '../print.ts';
import { openSession } from '../session.ts';

/** The command. */
export function dsListCommand(): Command {
  return new Command('list')
    .alias('ls')
    .description('list the datastores and their devices')
    .action(async (_options: object, command: Command) => {
      using session = openSession(command);
      const { datastores } = await session.connection
        .client(DataServerDefinition)
        .listDataStore({}, { signal: session.signal });
      const rows = datastores.map(({ datastoreName: name, target }) => ({
        name,
        device: `${target?.address ?? ''}:${target?.port ?? 0}`,
        device_status: plainName(TargetStatus, target?.status ?? TargetStatus.UNKNOWN),
        detail: target?.statusDetails ?? '',
      }));
      if (session.json) for (const row of rows) printLine(jsonText(row));
      else {
        const cells = rows.map(({ name, device, device_status: status, detail }) => [
          name,
          device,
          status,
          detail,
        ]);
        printLine(tableText(['NAME', 'DEVICE', 'STATUS', 'DETAIL'], cells));
      }
    });
}
