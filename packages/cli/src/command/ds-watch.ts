// `syncline ds watch`: the status again and again; in a terminal in place, otherwise a line each.

import { DatastoreServiceDefinition, type DatastoreStatus } from '@syncline/proto/datastore.ts';
import { Command } from 'commander';
import { untilOption } from '../goal.ts';
import { everyOption, printState } from '../live.ts';
import { jsonText, printLine } from '../print.ts';
import { openSession } from '../session.ts';
import { stateText, statusJson, statusText } from '../status-text.ts';

const goals = ['connected', 'synced'] as const;

/** The command. */
export function dsWatchCommand(): Command {
  return new Command('watch')
    .description('show the status of a datastore whenever it changes, until Ctrl-C or --until')
    .argument('<name>')
    .addOption(everyOption())
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
          if (session.json) printLine(jsonText(statusJson(status)));
          else printState(statusText(status), lineOf(status));
          if (until !== undefined && status[until]) break;
        }
      },
    );
}

/** The state in a line. */
function lineOf(status: DatastoreStatus): string {
  const received = status.syncs.reduce((sum, { ledger }) => sum + (ledger?.received ?? 0n), 0n);
  const facts = `version ${status.runningVersion}, ${status.leaves} leaves, ${received} received`;
  return `${stateText(status)}  ${facts}`;
}
