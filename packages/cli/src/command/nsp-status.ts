// `syncline nsp status`: which configuration is in force, and who watches.

import { NspAdminServiceDefinition, type NspStatus } from '@syncline/proto/nsp-admin.ts';
import { Command } from 'commander';
import { everyOption, printState } from '../live.ts';
import { nspStatusJson, nspStatusText } from '../nsp-status-text.ts';
import { jsonText, printLine } from '../print.ts';
import { defaultAddress, openSession } from '../session.ts';

interface Options {
  readonly watch?: boolean;
  readonly every: number;
}

/** The command. */
export function nspStatusCommand(): Command {
  return new Command('status')
    .description('show which configuration is in force, why a newer one is not, and who watches')
    .option('--watch', 'again after each change, until Ctrl-C')
    .addOption(everyOption('with --watch: '))
    .action(async ({ watch, every }: Options, command: Command) => {
      using session = openSession(command, defaultAddress.nsp);
      const { signal, json } = session;
      const client = session.connection.client(NspAdminServiceDefinition);
      const shown = (status: NspStatus | undefined) => {
        if (status === undefined) throw new Error('the service sent no status');
        return json ? jsonText(nspStatusJson(status)) : nspStatusText(status);
      };
      if (watch !== true) return printLine(shown((await client.status({}, { signal })).status));
      for await (const { status } of client.watchStatus({ intervalMs: every }, { signal })) {
        if (json) printLine(shown(status));
        else printState(shown(status));
      }
    });
}
