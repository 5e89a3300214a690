// `syncline tap close`: gives streams up.

import { TapDefinition } from '@syncline/proto/ambassador.ts';
import { Command } from 'commander';
import { jsonText, printLine } from '../print.ts';
import { defaultAddress, openSession } from '../session.ts';
import {
  addParentOptions,
  type ParentOptions,
  readStream,
  streamMessage,
  streamText,
} from '../stream-name.ts';

/** The command. */
export function tapCloseCommand(): Command {
  return addParentOptions(new Command('close'))
    .description('give streams up; one that is not open is none the worse for it')
    .argument('<streams...>', 'stream.conduit.trench')
    .action(async (names: readonly string[], options: ParentOptions, command: Command) => {
      const streams = names.map((name) => streamMessage(readStream(name, options)));
      using session = openSession(command, defaultAddress.tap);
      const tap = session.connection.client(TapDefinition);
      for (const stream of streams) {
        await tap.close(stream, { signal: session.signal });
        const name = streamText(stream);
        printLine(session.json ? jsonText({ stream: name, state: 'closed' }) : `closed ${name}`);
      }
    });
}
