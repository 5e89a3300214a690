// `syncline ds status`: what a datastore says of itself.

import { DatastoreServiceDefinition } from '@syncline/proto/datastore.ts';
import { Command } from 'commander';
import { jsonText, printLine } from '../print.ts';
import { openSession } from '../session.ts';
import { statusJson, statusText } from '../status-text.ts';

/** The command. */
export function dsStatusCommand(): Command {
  return new Command('status')
    .description('show what a datastore says of itself: sessions, ledger, commits, subscribers')
    .argument('<name>')
    .action(async (datastore: string, _options: object, command: Command) => {
      using session = openSession(command);
      const { status } = await session.connection
        .client(DatastoreServiceDefinition)
        .status({ datastore }, { signal: session.signal });
      if (status === undefined) throw new Error(`the service sent no status of ${datastore}`);
      printLine(session.json ? jsonText(statusJson(status)) : statusText(status));
    });
}
