// `syncline ds`: datastores.

import { Command } from 'commander';
import { dsPauseCommand, dsResumeCommand, dsResyncCommand } from './ds-control.ts';
import { dsCreateCommand } from './ds-create.ts';
import { dsDeleteCommand } from './ds-delete.ts';
import { dsListCommand } from './ds-list.ts';
import { dsStatusCommand } from './ds-status.ts';
import { dsWatchCommand } from './ds-watch.ts';

/** The command and those below it. */
export function dsCommand(): Command {
  return new Command('ds')
    .description('datastores: each follows one device')
    .addCommand(dsCreateCommand())
    .addCommand(dsListCommand())
    .addCommand(dsStatusCommand())
    .addCommand(dsWatchCommand())
    .addCommand(dsResyncCommand())
    .addCommand(dsPauseCommand())
    .addCommand(dsResumeCommand())
    .addCommand(dsDeleteCommand());
}
