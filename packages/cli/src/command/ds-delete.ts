// `syncline ds delete`: ends a datastore and removes what it kept.

import { DataServerDefinition } from '@syncline/proto/data.ts';
import { Command } from 'commander';
import { jsonText, printLine } from '../print.ts';
import { openSession } from '../session.ts';

/** The command. */
export function dsDeleteCommand(): Command {
  return new Command('delete')
    .alias('rm')
    .description('end a datastore and remove what it kept; its subscribers end with NOT_FOUND')
    .argument('<name>')
    .action(async (name: string, _options: object, command: Command) => {
      using session = openSession(command);
      await session.connection
        .client(DataServerDefinition)
        .deleteDataStore({ name }, { signal: session.signal });
      printLine(session.json ? jsonText({ deleted: name }) : `deleted ${name}`);
    });
}
