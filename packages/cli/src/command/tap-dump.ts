// `syncline tap dump`: everything a tap knows of itself.

import { TapAdminServiceDefinition, type TapDump } from '@syncline/proto/tap-admin.ts';
import { Command } from 'commander';
import { everyOption, printState } from '../live.ts';
import { jsonText, printLine } from '../print.ts';
import { defaultAddress, openSession } from '../session.ts';
import { dumpJson, dumpText } from '../tap-dump-text.ts';

interface Options {
  readonly watch?: boolean;
  readonly every: number;
}

/** The command. */
export function tapDumpCommand(): Command {
  return new Command('dump')
    .description('show conduits, streams with the reasons of their states, loops and what they wait for')
    .option('--watch', 'again after each change, until Ctrl-C')
    .addOption(everyOption('with --watch: '))
    .action(async ({ watch, every }: Options, command: Command) => {
      using session = openSession(command, defaultAddress.tap);
      const { signal, json } = session;
      const client = session.connection.client(TapAdminServiceDefinition);
      const shown = (dump: TapDump | undefined) => {
        if (dump === undefined) throw new Error('the service sent no dump');
        return json ? jsonText(dumpJson(dump)) : dumpText(dump);
      };
      if (watch !== true) return printLine(shown((await client.dump({}, { signal })).dump));
      for await (const { dump } of client.watchDump({ intervalMs: every }, { signal })) {
        if (json) printLine(shown(dump));
        else printState(shown(dump));
      }
    });
}
