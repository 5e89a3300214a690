// `syncline ds resync`, `pause` and `resume`: what is told to the sessions of a datastore.

import { DatastoreServiceDefinition } from '@syncline/proto/datastore.ts';
import { Command } from 'commander';
import { jsonText, printLine, tableText } from '../print.ts';
import { openSession } from '../session.ts';

/** `ds resync`. */
export function dsResyncCommand(): Command {
  return new Command('resync')
    .description("read the device's whole tree again and remove what it lacks")
    .argument('<name>')
    .option('--sync <name>', 'only this sync instead of all', '')
    .action(async (datastore: string, { sync }: { readonly sync: string }, command: Command) => {
      using session = openSession(command);
      const { epochs } = await session.connection
        .client(DatastoreServiceDefinition)
        .resync({ datastore, sync }, { signal: session.signal });
      const rows = Object.entries(epochs).map(([name, epoch]) => [name, String(epoch)]);
      printLine(session.json ? jsonText({ epochs }) : tableText(['SYNC', 'EPOCH'], rows));
    });
}

/** `ds pause`. */
export function dsPauseCommand(): Command {
  return new Command('pause')
    .description('end the sessions with the device and keep its state as it is, until `resume`')
    .argument('<name>')
    .action(async (datastore: string, _options: object, command: Command) => {
      using session = openSession(command);
      const client = session.connection.client(DatastoreServiceDefinition);
      await client.pause({ datastore }, { signal: session.signal });
      printLine(session.json ? jsonText({ paused: datastore }) : `paused ${datastore}`);
    });
}

/** `ds resume`. */
export function dsResumeCommand(): Command {
  return new Command('resume')
    .description('take the sessions up again after `pause`')
    .argument('<name>')
    .action(async (datastore: string, _options: object, command: Command) => {
      using session = openSession(command);
      const client = session.connection.client(DatastoreServiceDefinition);
      await client.resume({ datastore }, { signal: session.signal });
      printLine(session.json ? jsonText({ resumed: datastore }) : `resumed ${datastore}`);
    });
}
