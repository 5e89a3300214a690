// `syncline ds watch`: the status again and again; in a terminal in place, otherwise a line each.

import { DatastoreServiceDefinition, type DatastoreStatus } from '@syncline/proto/datastore.ts';
import { Command, Option } from 'commander';
import { readDuration } from '../duration.ts';
import { untilOption } from '../goal.ts';
import { jsonText, printLine } from '../print.ts';
import { openSession } from '../session.ts';
import { stateText, statusJson, statusText } from '../status-text.ts';

/** Clears the screen and goes to its top left corner. */
const clear = '\u001b[2J\u001b[H';

const goals = ['connected', 'synced'] as const;

/** The command. */
export function dsWatchCommand(): Command {
  return new Command('watch')
    .description('show the status of a datastore whenever it changes, until Ctrl-C or --until')
    .argument('<name>')
    .addOption(
      new Option('--every <duration>', 'least time between two looks, 100ms to 60s')
        .argParser(readDuration)
        .default(1_000, '1s'),
    )
    .addOption(untilOption('end as soon as this holds', goals))
    .action(
      async (
        datastore: string,
        { every, until }: { readonly every: number; readonly until?: (typeof goals)[number] },
        command: Command,
      ) => {
        using session = openSession(command);
        const watched = session.connection
          .client(DatastoreServiceDefinition)
          .watchStatus({ datastore, intervalMs: every }, { signal: session.signal });
        for await (const { status } of watched) {
          if (status === undefined) continue;
          printLine(session.json ? jsonText(statusJson(status)) : shown(status));
          if (until !== undefined && status[until]) break;
        }
      },
    );
}

function shown(status: DatastoreStatus): string {
  if (process.stdout.isTTY) return `${clear}${statusText(status)}`;
  const received = status.syncs.reduce((sum, { ledger }) => sum + (ledger?.received ?? 0n), 0n);
  const facts = `version ${status.runningVersion}, ${status.leaves} leaves, ${received} received`;
  return `${new Date().toISOString()}  ${stateText(status)}  ${facts}`;
}
