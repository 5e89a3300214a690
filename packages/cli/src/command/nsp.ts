// `syncline nsp`: what a trench consists of, and its targets.

import { Command } from 'commander';
import { nspConfigCommand } from './nsp-config.ts';
import { nspStatusCommand } from './nsp-status.ts';
import { nspTargetsCommand } from './nsp-targets.ts';

/** The command and those below it. */
export function nspCommand(): Command {
  return new Command('nsp')
    .description('NSPs: the configuration of a trench, and its targets')
    .addCommand(nspStatusCommand())
    .addCommand(nspConfigCommand())
    .addCommand(nspTargetsCommand());
}
