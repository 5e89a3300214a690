// The `syncline` command line as a whole.

import { Command } from 'commander';
import manifest from '../package.json' with { type: 'json' };
import { completionCommand } from './command/completion.ts';
import { deviceCommand } from './command/device.ts';
import { dsCommand } from './command/ds.ts';
import { getCommand } from './command/get.ts';
import { lbCommand } from './command/lb.ts';
import { nspCommand } from './command/nsp.ts';
import { regionCommand } from './command/region.ts';
import { subscribeCommand } from './command/subscribe.ts';
import { tapCommand } from './command/tap.ts';
import { addGlobalOptions } from './session.ts';

/** Every command. Parsing throws CommanderError where commander would end the process. */
export function createProgram(): Command {
  const program = addGlobalOptions(new Command('syncline'))
    .description('Syncline keeps copies of state in step. This command talks to its services.')
    .version(manifest.version)
    .addCommand(dsCommand())
    .addCommand(getCommand())
    .addCommand(subscribeCommand())
    .addCommand(deviceCommand())
    .addCommand(regionCommand())
    .addCommand(tapCommand())
    .addCommand(nspCommand())
    .addCommand(lbCommand());
  program.addCommand(completionCommand(program));
  prepare(program);
  return program;
}

/** What commander does not hand down to commands that are added ready-made. */
function prepare(command: Command): void {
  command.exitOverride().showHelpAfterError('(--help shows what there is)');
  command.configureHelp({ showGlobalOptions: true });
  for (const sub of command.commands) prepare(sub);
}
